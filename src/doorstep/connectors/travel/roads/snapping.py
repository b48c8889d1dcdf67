"""The nearest road of many points at once: segments in a grid of square cells."""

from dataclasses import asdict, dataclass
from math import ceil, cos, radians, sqrt
from typing import Any

import numpy as np

from doorstep.connectors.travel.roads.extract import PER_DEGREE
from doorstep.connectors.travel.roads.packed import Array
from doorstep.connectors.travel.roads.streets import NOWHERE, Streets

METRES_PER_DEGREE = 111_195.0
SMALLEST_CELL_M = 200.0
# How far from a road a place may lie.
MAX_SNAP_M = 1000.0
_MANY_POINTS = 2000


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells from the south-west corner; degrees, and degrees per cell."""

    south: float
    west: float
    latitude_step: float
    longitude_step: float
    rows: int
    columns: int

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    def row(self, latitude: Array) -> Array:
        return np.floor((latitude - self.south) / self.latitude_step).astype(np.int64)

    def column(self, longitude: Array) -> Array:
        return np.floor((longitude - self.west) / self.longitude_step).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Cells:
    """Segments with a door on them, and which of them touch each cell of the grid.

    `ends` has four rows: latitude, longitude, and the same of the other end, in 1e-7 degrees.
    `segment[first[c]:first[c + 1]]` are the segments of cell c.
    """

    grid: Grid
    road: Array
    at_m: Array
    ends: Array
    first: Array
    segment: Array


@dataclass(frozen=True, slots=True)
class Nearest:
    """Per point: the segment (-1: none near enough), metres to it, and metres along it."""

    segment: Array
    away_m: Array
    along_m: Array


def build_cells(streets: Streets) -> Cells:
    """Motorways have no doors and are left out; what is marked as leading nowhere is in."""
    road = streets.segment_road
    used = (road == NOWHERE) | streets.has_doors[road]
    if not used.any():
        used[:] = True
    ends = np.stack(
        [
            streets.segment_latitude[used],
            streets.segment_longitude[used],
            streets.segment_to_latitude[used],
            streets.segment_to_longitude[used],
        ]
    )
    grid = _grid(ends / PER_DEGREE)
    lat, lon, to_lat, to_lon = ends / PER_DEGREE
    row_from, row_to = grid.row(np.minimum(lat, to_lat)), grid.row(np.maximum(lat, to_lat))
    column_from = grid.column(np.minimum(lon, to_lon))
    column_to = grid.column(np.maximum(lon, to_lon))
    # Every cell of the rectangle around a segment, even if it only passes by.
    width, height = column_to - column_from + 1, row_to - row_from + 1
    which, nth = _spread(width * height)
    cell = (row_from[which] + nth // width[which]) * grid.columns
    cell += column_from[which] + nth % width[which]
    order = np.argsort(cell, kind="stable")
    return Cells(
        grid=grid,
        road=road[used],
        at_m=streets.segment_at[used],
        ends=ends,
        first=np.searchsorted(cell[order], np.arange(grid.rows * grid.columns + 1)),
        segment=which[order],
    )


def _grid(ends: Array) -> Grid:
    south, north = min(ends[0].min(), ends[2].min()), max(ends[0].max(), ends[2].max())
    west, east = min(ends[1].min(), ends[3].min()), max(ends[1].max(), ends[3].max())
    narrow = max(cos(radians(max(abs(south), abs(north)))), 0.01)
    height_m = (north - south) * METRES_PER_DEGREE
    width_m = (east - west) * METRES_PER_DEGREE * narrow
    # Not many more cells than segments, however thinly a country is settled.
    cell_m = max(SMALLEST_CELL_M, sqrt(height_m * width_m / max(ends.shape[1], 1)))
    latitude_step = cell_m / METRES_PER_DEGREE
    longitude_step = latitude_step / narrow
    return Grid(
        float(south),
        float(west),
        latitude_step,
        longitude_step,
        rows=int((north - south) / latitude_step) + 1,
        columns=int((east - west) / longitude_step) + 1,
    )


def nearest(cells: Cells, latitude: Array, longitude: Array) -> Nearest:
    """The segment nearest to each point (degrees) within MAX_SNAP_M."""
    count = len(latitude)
    found = Nearest(np.full(count, -1), np.full(count, np.inf), np.zeros(count))
    for begin in range(0, count, _MANY_POINTS):
        piece = np.arange(begin, min(begin + _MANY_POINTS, count))
        _nearest(cells, latitude, longitude, piece, found)
    found.segment[found.away_m > MAX_SNAP_M] = -1
    return found


def _nearest(
    cells: Cells, latitude: Array, longitude: Array, points: Array, found: Nearest
) -> None:
    cell_m = cells.grid.latitude_step * METRES_PER_DEGREE
    last = ceil(MAX_SNAP_M / cell_m)
    ring = 1
    while len(points):
        _look_around(cells, latitude, longitude, points, ring, found)
        # Nothing outside the cells looked at is nearer than this.
        points = points[found.away_m[points] > ring * cell_m]
        if ring >= last:
            return
        ring = min(ring * 2, last)


def _look_around(
    cells: Cells, latitude: Array, longitude: Array, points: Array, ring: int, found: Nearest
) -> None:
    """Look at all cells up to `ring` away from each point's own."""
    grid = cells.grid
    offsets = np.arange(-ring, ring + 1)
    row = grid.row(latitude[points])[:, None, None] + offsets[None, :, None]
    column = grid.column(longitude[points])[:, None, None] + offsets[None, None, :]
    inside = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
    owner = np.broadcast_to(points[:, None, None], inside.shape)[inside]
    cell = (row * grid.columns + column)[inside]
    which, nth = _spread(cells.first[cell + 1] - cells.first[cell])
    if not len(which):
        return
    segment = cells.segment[cells.first[cell[which]] + nth]
    owner = owner[which]
    away_m, along_m = _distances(cells, segment, latitude[owner], longitude[owner])
    # The nearest of each point first; owners come in order already.
    order = np.lexsort((away_m, owner))
    best = order[np.concatenate([[True], np.diff(owner[order]) > 0])]
    at = owner[best]
    found.segment[at], found.away_m[at], found.along_m[at] = (
        segment[best], away_m[best], along_m[best],
    )  # fmt: skip


def _distances(
    cells: Cells, segment: Array, latitude: Array, longitude: Array
) -> tuple[Array, Array]:
    """Metres from each point to its segment, and along the segment to the nearest place on it,
    on a plane around the point."""
    lat, lon, to_lat, to_lon = cells.ends[:, segment] / PER_DEGREE
    east_m = METRES_PER_DEGREE * np.cos(np.radians(latitude))
    x, y = (lon - longitude) * east_m, (lat - latitude) * METRES_PER_DEGREE
    dx, dy = (to_lon - lon) * east_m, (to_lat - lat) * METRES_PER_DEGREE
    squared = dx * dx + dy * dy
    share = -(x * dx + y * dy) / np.where(squared > 0, squared, 1.0)
    share = np.clip(share, 0.0, 1.0)
    away_m = np.hypot(x + share * dx, y + share * dy)
    return away_m, share * np.sqrt(squared)


def _spread(sizes: Array) -> tuple[Array, Array]:
    """For groups of these sizes, side by side: the group of each member, its number within."""
    which = np.repeat(np.arange(len(sizes)), sizes)
    first = np.cumsum(sizes) - sizes
    return which, np.arange(len(which)) - first[which]
