"""Read the drivable ways of an OpenStreetMap extract."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import NODE, WAY, Node, Way

from doorstep.connectors.travel.roads.errors import BadExtract
from doorstep.connectors.travel.roads.packed import Array
from doorstep.connectors.travel.roads.tags import Drive, is_blocked, read_way

# Degrees as whole numbers, as OpenStreetMap stores them.
PER_DEGREE = 10_000_000


@dataclass(slots=True)
class Ways:
    """Ways end to end: `first[i]` is where the points of way i begin.

    Points with the same id are the same place on the ground. Columns are in 1e-7 degrees.
    """

    drives: list[Drive] = field(default_factory=list)
    first: "array[int]" = field(default_factory=lambda: array("q", [0]))
    ids: "array[int]" = field(default_factory=lambda: array("q"))
    latitude: "array[int]" = field(default_factory=lambda: array("i"))
    longitude: "array[int]" = field(default_factory=lambda: array("i"))

    def add(self, drive: Drive, points: Iterable[tuple[int, int, int]]) -> None:
        """A way of (id, latitude, longitude); with fewer than two points it is left out."""
        found = list(points)
        if len(found) < 2:
            return
        for each, latitude, longitude in found:
            self.ids.append(each)
            self.latitude.append(latitude)
            self.longitude.append(longitude)
        self.drives.append(drive)
        self.first.append(len(self.ids))

    def columns(self) -> tuple[Array, Array, Array, Array]:
        """First, ids, latitude and longitude as arrays."""
        return (
            np.array(self.first, np.int64),
            np.array(self.ids, np.int64),
            np.array(self.latitude, np.int64),
            np.array(self.longitude, np.int64),
        )


def read_extract(path: Path, *, country: str = "") -> Ways:
    """The drivable ways of an .osm.pbf (or .osm, .osm.bz2, .osm.gz) file.

    A way is cut where the extract leaves out its points, and where a bollard or a locked gate
    stands. Raises BadExtract.
    """
    if not path.is_file():
        raise BadExtract(path, "there is no such file. Give the path of an .osm.pbf extract.")
    try:
        return _read(path, country)
    # osmium has no error class of its own.
    except (RuntimeError, ValueError, OSError) as error:
        raise BadExtract(
            path, f"this is not a readable map extract ({error}). Download it again."
        ) from error


def _read(path: Path, country: str) -> Ways:
    ways = Ways()
    blocked: set[int] = set()
    # Points that are met once only and belong to no crossing.
    fresh = count(-1, -1)
    reader = (
        osmium.FileProcessor(path, NODE | WAY)
        .with_locations()
        .with_filter(osmium.filter.KeyFilter("highway", "barrier"))
    )
    for row in reader:
        if isinstance(row, Node) and is_blocked(dict(row.tags)):
            blocked.add(row.id)
        if not isinstance(row, Way):
            continue
        drive = read_way(dict(row.tags), country)
        if drive is None:
            continue
        stretch: list[tuple[int, int, int]] = []
        for node in row.nodes:
            where = node.location
            if not where.valid():
                ways.add(drive, stretch)
                stretch = []
            elif node.ref in blocked:
                ways.add(drive, [*stretch, (next(fresh), where.y, where.x)])
                stretch = [(next(fresh), where.y, where.x)]
            else:
                stretch.append((node.ref, where.y, where.x))
        ways.add(drive, stretch)
    return ways
