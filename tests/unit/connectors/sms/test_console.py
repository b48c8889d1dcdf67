from io import StringIO

import pytest

from doorstep.connectors.sms.base import OutgoingSms
from doorstep.connectors.sms.console import ConsoleSms

SMS = OutgoingSms(message_id="m-1", to="+447700900123", text="We are on our way.")


def test_writes_the_text_where_it_is_told() -> None:
    stream = StringIO()

    ConsoleSms(stream=stream).send(SMS)

    assert stream.getvalue() == "SMS to +447700900123\nWe are on our way.\n\n"


def test_writes_to_standard_output_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleSms().send(SMS)

    assert "We are on our way." in capsys.readouterr().out


def test_the_receipt_carries_our_own_id() -> None:
    assert ConsoleSms(stream=StringIO()).send(SMS).provider_id == "m-1"
