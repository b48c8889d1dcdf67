import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.values.phone import (
    InvalidPhone,
    PhoneProblem,
    may_receive_texts,
    normalize_phone,
)


@pytest.mark.parametrize(
    "text",
    ["07700 900123", "+44 7700 900123", "0044 7700 900123", "(07700) 900-123", "+44 (0)7700 900123",
     "０７７００ ９００１２３", "\u200e+44 7700 900123", "tel:+44-7700-900123"],
)  # fmt: skip
def test_all_ways_of_writing_a_number_become_one(text: str) -> None:
    assert normalize_phone(text, region="GB") == "+447700900123"


def test_an_international_number_ignores_the_region() -> None:
    assert normalize_phone("+1 202 555 0143", region="GB") == "+12025550143"


def test_the_region_decides_how_a_national_number_is_read() -> None:
    assert normalize_phone("030 1234567", region="DE") == "+49301234567"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", PhoneProblem.EMPTY),
        ("  \t", PhoneProblem.EMPTY),
        ("call me", PhoneProblem.NOT_A_NUMBER),
        ("\x00", PhoneProblem.NOT_A_NUMBER),
        ("+999 1234567", PhoneProblem.UNKNOWN_COUNTRY),
        ("999", PhoneProblem.TOO_SHORT),
        ("900123", PhoneProblem.TOO_SHORT),
        ("07700 900123 4567", PhoneProblem.TOO_LONG),
        ("1" * 100_000, PhoneProblem.TOO_LONG),
        ("0161 496 0123 ext. 7", PhoneProblem.HAS_EXTENSION),
    ],
)
def test_says_why_a_text_is_not_a_number(text: str, reason: PhoneProblem) -> None:
    with pytest.raises(InvalidPhone) as caught:
        normalize_phone(text, region="GB")

    assert caught.value.reason == reason


@given(st.text())
def test_any_text_is_a_number_or_has_a_reason(text: str) -> None:
    try:
        number = normalize_phone(text, region="GB")
    except InvalidPhone:
        return

    assert normalize_phone(number, region="US") == number


@pytest.mark.parametrize(
    ("number", "may"), [("+447700900123", True), ("+447911123456", True), ("+441614960123", False)]
)
def test_a_landline_is_known_not_to_receive_texts(number: str, may: bool) -> None:
    assert may_receive_texts(number) is may
