import pytest

from doorstep.connectors.sms.plain import plain
from doorstep.connectors.sms.segments import Encoding, split_segments


@pytest.mark.parametrize(
    ("text", "simpler"),
    [
        ("We’re on our way – “really”…", 'We\'re on our way - "really"...'),
        ("à 10\u202fh\u00a030", "à 10 h 30"),
        ("10:00\u200e–\u200e12:00", "10:00-12:00"),
        ("„Grüße“ kosten 5\u00a0€", '"Grüße" kosten 5 €'),
        ("e\u0301te\u0301 – été", "été - été"),
    ],
)
def test_typography_alone_does_not_double_the_price(text: str, simpler: str) -> None:
    assert plain(text) == simpler
    assert split_segments(plain(text)).encoding == Encoding.GSM_7


@pytest.mark.parametrize(
    "text", ["Não – “amanhã”", "מחר – “בעשר”", "غدًا…", "See you 👍 – “soon”", "", "Plain - 'text'"]
)
def test_a_text_that_gains_nothing_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
