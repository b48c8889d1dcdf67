"""The background of maps: whose tiles, if anybody's."""

import re
from dataclasses import dataclass

from . import env

_HOST = re.compile(r"https?://[A-Za-z0-9{}.:-]+(?=/)")
_SOURCE = re.compile(r"https?://(\*\.)?[A-Za-z0-9.:-]+")


@dataclass(frozen=True)
class MapTiles:
    """`url` with {z}, {x}, {y}, and maybe {s} and {r}, as Leaflet reads it; `source` is what the
    page's security policy lets images come from."""

    url: str
    attribution: str
    max_zoom: int
    source: str


def from_environment() -> MapTiles | None:
    """None without DOORSTEP_MAP_TILES. Raises BadEnvironment for an address that names no tiles."""
    url = env.text("DOORSTEP_MAP_TILES", "")
    if not url:
        return None
    if not all(part in url for part in ("{z}", "{x}", "{y}")):
        raise env.BadEnvironment("DOORSTEP_MAP_TILES must hold {z}, {x} and {y}")
    if url.startswith("/"):
        source = "'self'"
    elif host := _HOST.match(url):
        source = host[0].replace("{s}", "*")
        if not _SOURCE.fullmatch(source):
            raise env.BadEnvironment("DOORSTEP_MAP_TILES may hold {s} only as its first name")
    else:
        raise env.BadEnvironment("DOORSTEP_MAP_TILES must begin with https:// or /")
    return MapTiles(
        url=url,
        attribution=env.text("DOORSTEP_MAP_ATTRIBUTION", ""),
        max_zoom=env.number("DOORSTEP_MAP_MAX_ZOOM", 19, minimum=1),
        source=source,
    )
