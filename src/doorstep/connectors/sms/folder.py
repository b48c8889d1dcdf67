"""Keep text messages as files in a folder, for the demo's inbox and for trying things out."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from doorstep.connectors.base import Receipt, TemporaryFailure, setting
from doorstep.connectors.sms.base import OutgoingSms

_NAME = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}\Z")


@dataclass(frozen=True, slots=True)
class Settings:
    folder: str = setting("Folder", help="Where each text becomes a file; made if it is missing.")


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text as its file tells it; `language` is empty when nobody said in which it is."""

    name: str
    message_id: str
    to: str
    text: str
    language: str
    received_at: datetime


class FolderSms:
    """One file per text, named by time, so that names sort. A text sent twice is kept once."""

    settings_class = Settings

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._folder = Path(settings.folder)
        self._clock = clock

    def send(self, sms: OutgoingSms) -> Receipt:
        # The end of the name tells a text from others, so that the second try finds the first.
        end = sha256(sms.message_id.encode()).hexdigest()[:8]
        now = self._clock()
        text = KeptText(
            name=f"{now:%Y%m%dT%H%M%S%f}-{end}",
            message_id=sms.message_id,
            to=sms.to,
            text=sms.text,
            language=sms.language,
            received_at=now,
        )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not any(self._folder.glob(f"*-{end}.json")):
                _write(self._folder / f"{text.name}.json", text)
        except OSError as error:
            raise TemporaryFailure("folder", f"The folder cannot be written: {error}") from error
        return Receipt(provider_id=sms.message_id, detail="kept in the folder")

    def check(self) -> str:
        """Whether the folder can be written to; nothing stays in it."""
        probe = self._folder / ".probe"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise TemporaryFailure("folder", f"The folder cannot be written: {error}") from error
        return f"Texts are kept in {self._folder}."


def list_texts(folder: Path) -> list[KeptText]:
    """What the folder holds, newest first; files that are none of ours are passed over."""
    names = sorted((path.stem for path in folder.glob("*.json")), reverse=True)
    return [read_text(folder, name) for name in names if _NAME.match(name)]


def read_text(folder: Path, name: str) -> KeptText:
    """Raises LookupError for a name that is not there or never was one of ours."""
    path = folder / f"{name}.json"
    if not _NAME.match(name) or not path.is_file():
        raise LookupError(name)
    values = json.loads(path.read_text(encoding="utf-8"))
    received_at = datetime.fromisoformat(values.pop("received_at"))
    return KeptText(**values, received_at=received_at)


def _write(path: Path, text: KeptText) -> None:
    content = asdict(text) | {"received_at": text.received_at.isoformat()}
    # A reader must never meet half a text.
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    unfinished.rename(path)
