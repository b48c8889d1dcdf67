"""Encoded polylines that came from outside."""

import pytest

from doorstep.connectors.base import TemporaryFailure
from doorstep.connectors.travel.paths import decode
from doorstep.platform.values.geo import Coordinates


def test_the_example_of_the_format_is_read() -> None:
    found = decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@", decimals=5)

    assert found == (
        Coordinates(38.5, -120.2), Coordinates(40.7, -120.95), Coordinates(43.252, -126.453),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "?", "???", "_p~iF~ps|", " ?", "é?", None, 7, ["??"]])
def test_half_a_line_is_none(text: object) -> None:
    with pytest.raises(TemporaryFailure):
        decode(text, decimals=5)


def test_a_number_of_megabytes_is_not_reckoned() -> None:
    # Reading it bit by bit would take hours.
    with pytest.raises(TemporaryFailure):
        decode("_" * 4_000_000 + "??", decimals=5)
