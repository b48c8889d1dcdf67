"""Maps of invented towns, written as real .osm.pbf files."""

import random
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

from doorstep.platform.values.geo import Coordinates

SOUTH, WEST = 53.4, -2.3
# About 200 m each way at this latitude.
NORTH_STEP, EAST_STEP = 0.0018, 0.003


def at(north: float, east: float) -> Coordinates:
    """A place so many steps north and east of the corner of the town."""
    return Coordinates(SOUTH + north * NORTH_STEP, WEST + east * EAST_STEP)


class TownMap:
    """Nodes and ways in the order they are added; places are (north, east) in steps."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[float, float], int] = {}
        self._tags: dict[tuple[float, float], dict[str, str]] = {}
        self._ways: list[tuple[list[int], dict[str, str]]] = []

    def node(self, place: tuple[float, float], **tags: str) -> int:
        self._tags.setdefault(place, {}).update(tags)
        return self._nodes.setdefault(place, len(self._nodes) + 1)

    def way(self, *places: tuple[float, float], **tags: str) -> None:
        """A way along these places; tags with a colon are written with two underscores."""
        named = {name.replace("__", ":"): value for name, value in tags.items()}
        self._ways.append(([self.node(place) for place in places], named))

    def write(self, path: Path) -> Path:
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for (north, east), number in self._nodes.items():
                point = at(north, east)
                writer.add_node(
                    Node(
                        id=number,
                        version=1,
                        location=(point.longitude, point.latitude),
                        tags=self._tags[north, east],
                    )
                )
            for number, (nodes, tags) in enumerate(self._ways, 1):
                writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))
        return path


def small_town() -> TownMap:
    """Five by five streets; a one-way street, a motorway around, a private road, a gate, an island.

    The street of row 2 leads east only. The motorway leaves at (0, 0), runs along row -1 and comes
    back at (0, 4). The private road leads from (4, 4) to (9, 4). On the island around (2, 40) no
    bridge leads.
    """
    town = TownMap()
    columns = range(5)
    for row in columns:
        tags = {"oneway": "yes"} if row == 2 else {}
        town.way(*((row, column) for column in columns), highway="residential", **tags)
    for column in columns:
        town.way(*((row, column) for row in columns), highway="residential")
    for row, name in ((-1.0, "outward"), (-1.2, "back")):
        corners = [(row, 0), (row, 2), (row, 4)]
        if name == "back":
            corners.reverse()
        town.way(*corners, highway="motorway", maxspeed="70 mph")
        first, last = ((0, 0), (0, 4)) if name == "outward" else ((0, 4), (0, 0))
        town.way(first, corners[0], highway="motorway_link", oneway="yes")
        town.way(corners[-1], last, highway="motorway_link", oneway="yes")
    town.way((4, 4), (9, 4), highway="residential", access="private")
    island = [(2, 40), (4, 40), (4, 42), (2, 42), (2, 40)]
    town.way(*island, highway="residential")
    town.way((1, 1), (1, 1.5), (2, 1.5), highway="cycleway")
    return town


def street_grid(size: int, *, seed: int = 1) -> TownMap:
    """`size` × `size` crossings: arterials, one-way streets, and pieces that are missing."""
    chance = random.Random(seed)
    town = TownMap()
    for line in range(size):
        for step in range(size - 1):
            for here, there in (
                ((line, step), (line, step + 1)),
                ((step, line), (step + 1, line)),
            ):
                if line % 10 == 0:
                    town.way(here, there, highway="secondary", maxspeed="60")
                elif chance.random() > 0.1:
                    tags = {"oneway": "yes"} if chance.random() < 0.15 else {}
                    speed = str(chance.choice((20, 30, 50)))
                    town.way(here, there, highway="residential", maxspeed=speed, **tags)
    return town
