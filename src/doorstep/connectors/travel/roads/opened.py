"""Each road file is mapped once per process, and again when somebody has replaced it."""

import logging
from pathlib import Path
from threading import Lock

from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.roads.road_map import RoadMap

_Signature = tuple[int, int, int] | None

log = logging.getLogger(__name__)
_opened: dict[Path, tuple[_Signature, RoadMap | BadRoadFile]] = {}
_lock = Lock()


def open_roads(path: Path) -> RoadMap:
    """The map in that file as it is now. Raises BadRoadFile.

    A file that is found missing or broken is logged once, not at every search.
    """
    signature = _signature(path)
    with _lock:
        known = _opened.get(path)
        if known is None or known[0] != signature:
            known = (signature, _open(path))
            _opened[path] = known
    if isinstance(known[1], BadRoadFile):
        raise known[1]
    return known[1]


def _open(path: Path) -> RoadMap | BadRoadFile:
    try:
        return RoadMap(path)
    except BadRoadFile as error:
        log.warning("no roads, travel is estimated: %s", error)
        return error


def _signature(path: Path) -> _Signature:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_size, status.st_mtime_ns)
