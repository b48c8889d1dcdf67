"""All travel times among some places, as one table."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from doorstep.engine.travel import BatchTravel, StraightLine, Travel, TravelTable, seconds_from
from doorstep.platform.values.geo import (
    ARC_SERIES_LIMIT,
    EARTH_RADIUS_M,
    Coordinates,
    arc_series,
    unit_vector,
)

Table = npt.NDArray[np.int64]


def table_of(travel: Travel, places: Sequence[Coordinates]) -> Table:
    """Seconds [from, to], the same to the second as `travel.seconds` for each pair."""
    if isinstance(travel, StraightLine):
        return _straight(travel, places)
    if isinstance(travel, TravelTable):
        table = table_of(travel.fallback, places)
        _write_known(table, travel, places)
        return table
    if isinstance(travel, BatchTravel) and len(places) > 1:
        travel.seconds(places[0], places[1])  # lets a provider bring all legs at once
    seconds = [seconds_from(travel, place, places) for place in places]
    return np.array(seconds, dtype=np.int64).reshape(len(places), len(places))


def _straight(travel: StraightLine, places: Sequence[Coordinates]) -> Table:
    """As `distance_m` does it, in the same order, so that not even the last bit differs."""
    points = np.array([unit_vector(place) for place in places]).reshape(-1, 3)
    squares = np.zeros((len(places), len(places)))
    for axis in range(3):
        squares += (points[:, None, axis] - points[None, :, axis]) ** 2
    metres = EARTH_RADIUS_M * np.sqrt(squares) * arc_series(squares / 4.0)
    table: Table = np.ceil(metres * travel.seconds_per_m).astype(np.int64)
    table[metres > 0] += travel.fixed_s
    for a, b in np.argwhere(squares / 4.0 > ARC_SERIES_LIMIT):
        table[a, b] = travel.seconds(places[a], places[b])
    return table


def _write_known(table: Table, travel: TravelTable, places: Sequence[Coordinates]) -> None:
    index = {place: number for number, place in enumerate(places)}
    if len(travel.pairs) <= len(places) ** 2:
        for (a, b), (seconds, _metres) in travel.pairs.items():
            if a in index and b in index:
                table[index[a], index[b]] = seconds
    else:
        for a, row in index.items():
            for b, column in index.items():
                table[row, column] = travel.seconds(a, b)
    np.fill_diagonal(table, 0)
