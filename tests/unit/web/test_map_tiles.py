"""Whose tiles lie under maps, and what pages may therefore load."""

import pytest

from doorstep.config.env import BadEnvironment
from doorstep.config.map_tiles import from_environment


def test_without_a_setting_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOORSTEP_MAP_TILES", raising=False)

    assert from_environment() is None


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://tiles.example.com/{z}/{x}/{y}.png?key=1", "https://tiles.example.com"),
        ("https://{s}.tiles.example.com/{z}/{x}/{y}{r}.png", "https://*.tiles.example.com"),
        ("http://127.0.0.1:8080/{z}/{x}/{y}.png", "http://127.0.0.1:8080"),
        ("/tiles/{z}/{x}/{y}.png", "'self'"),
    ],
)
def test_pages_may_load_images_from_that_host_alone(
    monkeypatch: pytest.MonkeyPatch, url: str, source: str
) -> None:
    monkeypatch.setenv("DOORSTEP_MAP_TILES", url)

    tiles = from_environment()

    assert tiles is not None
    assert (tiles.url, tiles.source, tiles.max_zoom) == (url, source, 19)


@pytest.mark.parametrize(
    "url",
    [
        "https://tiles.example.com/map.png",
        "ftp://tiles.example.com/{z}/{x}/{y}.png",
        "https://{s}/{z}/{x}/{y}.png",
        "https://tiles.{s}.example.com/{z}/{x}/{y}.png",
        "https://a.example.com; script-src */{z}/{x}/{y}.png",
    ],
)
def test_what_is_no_address_of_tiles_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DOORSTEP_MAP_TILES", url)

    with pytest.raises(BadEnvironment, match="DOORSTEP_MAP_TILES"):
        from_environment()
