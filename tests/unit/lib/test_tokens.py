import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.platform.lib.tokens import (
    CROCKFORD,
    digest,
    letters,
    new_code,
    new_link_code,
    new_short_code,
    normalize_code,
)


def test_a_code_is_safe_in_a_url_and_carries_128_bits() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", new_code())


def test_a_longer_code_carries_more() -> None:
    assert len(new_code(32)) >= 43


def test_refuses_a_code_that_could_be_guessed() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        new_code(8)


def test_codes_do_not_repeat() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000


def test_every_letter_comes_up_at_every_place() -> None:
    found = [letters(6) for _ in range(2000)]

    assert {len(each) for each in found} == {6}
    assert all(set(place) == set(CROCKFORD) for place in zip(*found, strict=True))


def test_a_short_code_has_six_groups_of_clear_letters() -> None:
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", new_short_code())


@pytest.mark.parametrize(
    "typed",
    ["oil0-abcd", "OIL0 ABCD", "0110–abcd", " 011O-AB CD\n", "０１１０ＡＢＣＤ", "o1l0\u00a0abcd"],
)
def test_look_alikes_case_and_grouping_do_not_matter(typed: str) -> None:
    assert normalize_code(typed) == "0110ABCD"


@given(st.text())
def test_normalizing_twice_changes_nothing_more(text: str) -> None:
    once = normalize_code(text)

    assert normalize_code(once) == once


def test_a_short_code_survives_being_typed_in_lower_case() -> None:
    code = new_short_code()

    assert digest(normalize_code(code.lower())) == digest(normalize_code(code))


def test_the_digest_is_sha_256_in_hexadecimal() -> None:
    assert digest("abc").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_a_link_code_has_130_bits_and_no_sign_that_ends_a_link() -> None:
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", new_link_code())


def test_a_link_code_survives_capitals_and_a_full_stop_after_it() -> None:
    code = new_link_code()

    assert normalize_code(f"{code.upper()}.") == normalize_code(code)
