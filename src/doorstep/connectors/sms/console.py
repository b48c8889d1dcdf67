"""Write text messages to a stream, for demo and development."""

import sys
from dataclasses import dataclass
from typing import TextIO

from doorstep.connectors.base import Receipt
from doorstep.connectors.sms.base import OutgoingSms


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing to set."""


class ConsoleSms:
    """Prints each text; every text is accepted."""

    settings_class = Settings

    def __init__(self, settings: Settings | None = None, *, stream: TextIO | None = None) -> None:
        self.settings = settings or Settings()
        self._stream = stream

    def send(self, sms: OutgoingSms) -> Receipt:
        # Looked up now: the process may have replaced its standard output since.
        stream = self._stream or sys.stdout
        stream.write(f"SMS to {sms.to}\n{sms.text}\n\n")
        stream.flush()
        return Receipt(provider_id=sms.message_id, detail="written to the console")
