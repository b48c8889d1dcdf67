"""Arrival windows and grids of a local day, as targets of a search (product.md 8.4, rules 7 to 9).

A window promises arrival between its two bounds, both inclusive. A grid offers exact times, from
the beginning of a window (or of the hours given) up to, and without, its end.

Days on which the clocks change are ordinary days. A grid counts by the clock on the wall: a time
that does not exist is left out, a time that comes twice is offered twice, each its own target. A
window takes the whole real span: from the first instant its beginning names to the last instant
its end names; a bound that does not exist moves to the change, and a window that lies within the
missing hour as a whole is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from doorstep.engine.problem import Target

_MIDNIGHT = time()
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class ArrivalWindow:
    """A block of the local day; `to_time` 00:00 means the end of the day.

    Raises ValueError unless it begins before it ends.
    """

    from_time: time
    to_time: time
    name: str = ""

    def __post_init__(self) -> None:
        _check_span(self.from_time, self.to_time)


@dataclass(frozen=True, slots=True)
class Grid:
    """Exact times every so many minutes.

    The steps go through `anchor` (backward too), or begin with the first window or the hours if
    there is none. A grid that restarts counts anew from the beginning of each window; the anchor
    then has no say.
    """

    minutes: int
    anchor: time | None = None
    restarts_per_window: bool = False

    def __post_init__(self) -> None:
        if self.minutes <= 0:
            raise ValueError("the grid needs a positive number of minutes")


def expand(
    day: date,
    zone: tzinfo,
    *,
    windows: Sequence[ArrivalWindow] = (),
    grid: Grid | None = None,
    hours: tuple[time, time] | None = None,
    first_id: int = 0,
) -> list[Target]:
    """The targets of one local day in order of time, numbered from `first_id`.

    Windows alone give windows, windows and a grid give exact times inside the windows, a grid and
    `hours` (from, to; to 00:00 is the end of the day) give exact times of the day. Raises
    ValueError if there is neither a window nor a grid with hours.
    """
    if windows and grid is None:
        spans = [_window_span(day, zone, window) for window in windows]
        found = [(span, window.name) for span, window in zip(spans, windows, strict=True) if span]
    elif grid is not None and (windows or hours is not None):
        blocks = [(each.from_time, each.to_time, each.name) for each in windows]
        if not blocks and hours is not None:
            _check_span(*hours)
            blocks = [(*hours, "")]
        found = [
            ((at_s, at_s), name)
            for minute, name in _grid_minutes(grid, blocks)
            for at_s in _instants(day, zone, minute)
        ]
    else:
        raise ValueError("windows, or a grid with windows or hours, are needed")
    found.sort(key=lambda each: each[0])
    return [
        Target(id=first_id + index, day=day, from_s=span[0], to_s=span[1], name=name)
        for index, (span, name) in enumerate(found)
    ]


def _grid_minutes(grid: Grid, blocks: list[tuple[time, time, str]]) -> list[tuple[int, str]]:
    """Minutes of the day with the name of their block; overlapping blocks share a time once."""
    bounds = [(_minute(begin), _minute(end) or _DAY_MINUTES, name) for begin, end, name in blocks]
    anchor = min(begin for begin, _, _ in bounds) if grid.anchor is None else _minute(grid.anchor)
    minutes: dict[int, str] = {}
    for begin, end, name in sorted(bounds):
        origin = begin if grid.restarts_per_window else anchor
        first = begin + (origin - begin) % grid.minutes
        for minute in range(first, end, grid.minutes):
            minutes.setdefault(minute, name)
    return sorted(minutes.items())


def _window_span(day: date, zone: tzinfo, window: ArrivalWindow) -> tuple[int, int] | None:
    begin, end = _minute(window.from_time), _minute(window.to_time) or _DAY_MINUTES
    from_s = (_instants(day, zone, begin) or [_change_s(day, zone, begin)])[0]
    # The day is over when the next one begins, even where that midnight comes twice.
    last = 0 if end == _DAY_MINUTES else -1
    to_s = (_instants(day, zone, end) or [_change_s(day, zone, end)])[last]
    return (from_s, to_s) if from_s < to_s else None


def _instants(day: date, zone: tzinfo, minute: int) -> list[int]:
    """The instants at which clocks show this minute of the day: none, one or two."""
    wall = datetime.combine(day, _MIDNIGHT) + timedelta(minutes=minute)
    found = {
        int(at.timestamp())
        for fold in (0, 1)
        for at in [wall.replace(tzinfo=zone, fold=fold)]
        if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
    }
    return sorted(found)


def _change_s(day: date, zone: tzinfo, minute: int) -> int:
    """The instant of the change that skips this minute of the day."""
    wall = datetime.combine(day, _MIDNIGHT) + timedelta(minutes=minute)
    # Read with the offset after the change it lies before it, with the one before it behind.
    before_s = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    after_s = int(wall.replace(tzinfo=zone, fold=0).timestamp())
    offset = datetime.fromtimestamp(before_s, zone).utcoffset()
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        if datetime.fromtimestamp(middle_s, zone).utcoffset() == offset:
            before_s = middle_s
        else:
            after_s = middle_s
    return after_s


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _check_span(begin: time, end: time) -> None:
    if any(each.second or each.microsecond or each.tzinfo for each in (begin, end)):
        raise ValueError("windows and hours are local times of whole minutes")
    if end != _MIDNIGHT and begin >= end:
        raise ValueError(f"{begin:%H:%M} is not before {end:%H:%M}")
