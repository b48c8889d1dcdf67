import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.connectors.sms.segments import (
    BASIC,
    EXTENSION,
    PART_LIMIT,
    SINGLE_LIMIT,
    Encoding,
    split_segments,
)

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)
gsm_text = st.text(st.sampled_from(sorted(BASIC | EXTENSION)), max_size=500)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", Encoding.GSM_7, 0, 0),
        ("a" * 160, Encoding.GSM_7, 160, 1),
        ("a" * 161, Encoding.GSM_7, 161, 2),
        ("a" * 306, Encoding.GSM_7, 306, 2),
        ("a" * 307, Encoding.GSM_7, 307, 3),
        ("€" * 80, Encoding.GSM_7, 160, 1),
        ("[" * 81, Encoding.GSM_7, 162, 2),
        ("Ñandú à la crème", Encoding.UCS_2, 16, 1),
        ("@£$ùòÇ\n", Encoding.GSM_7, 7, 1),
        ("я" * 70, Encoding.UCS_2, 70, 1),
        ("я" * 71, Encoding.UCS_2, 71, 2),
        ("я" * 134, Encoding.UCS_2, 134, 2),
        ("я" * 135, Encoding.UCS_2, 135, 3),
        ("🚐" * 35, Encoding.UCS_2, 70, 1),
        ("🚐" * 36, Encoding.UCS_2, 72, 2),
        ("10:00–12:00", Encoding.UCS_2, 11, 1),
        ("`", Encoding.UCS_2, 1, 1),
    ],
)
def test_counts_as_the_network_does(text: str, encoding: Encoding, units: int, count: int) -> None:
    segments = split_segments(text)

    assert (segments.encoding, segments.units, segments.count) == (encoding, units, count)


def test_one_foreign_letter_makes_the_whole_text_dearer() -> None:
    assert split_segments("a" * 160).count == 1
    assert split_segments("a" * 159 + "я").count == 3


def test_an_extension_character_moves_whole_to_the_next_part() -> None:
    segments = split_segments("a" * 152 + "€" + "a" * 100)

    assert segments.parts[0] == "a" * 152
    assert segments.parts[1].startswith("€")


def test_an_emoji_moves_whole_to_the_next_part() -> None:
    segments = split_segments("я" * 66 + "🚐" + "я" * 30)

    assert segments.parts[0] == "я" * 66
    assert segments.parts[1].startswith("🚐")


@given(any_text | gsm_text)
def test_the_parts_joined_are_the_text(text: str) -> None:
    assert "".join(split_segments(text).parts) == text


@given(any_text)
def test_ucs_2_units_are_those_of_utf_16(text: str) -> None:
    segments = split_segments(text)

    if segments.encoding == Encoding.UCS_2:
        assert segments.units == len(text.encode("utf-16-be")) // 2


@given(any_text | gsm_text)
def test_no_part_is_empty_or_over_its_limit(text: str) -> None:
    segments = split_segments(text)
    is_single = segments.count == 1
    limit = (SINGLE_LIMIT if is_single else PART_LIMIT)[segments.encoding]

    for part in segments.parts:
        units = (
            len(part) + sum(character in EXTENSION for character in part)
            if segments.encoding == Encoding.GSM_7
            else len(part.encode("utf-16-be")) // 2
        )
        assert 0 < units <= limit


@given(any_text | gsm_text)
def test_parts_are_filled_before_the_next_begins(text: str) -> None:
    segments = split_segments(text)

    assert (segments.count <= 1) == (segments.units <= SINGLE_LIMIT[segments.encoding])
    assert segments.count <= 1 + segments.units // (PART_LIMIT[segments.encoding] - 1)
