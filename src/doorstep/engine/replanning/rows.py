"""The open part of each route, its legs, and which stops could go where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from doorstep.engine.problem import Route, Stop
from doorstep.engine.travel import Travel, leg_s
from doorstep.engine.validate_route import validate_route
from doorstep.platform.values.geo import Coordinates

from .schedule import settle


@dataclass(frozen=True, slots=True)
class Freedom:
    """Which resources may do a stop, and what it puts into the vehicle."""

    resources: frozenset[int] = frozenset()
    load: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One route from where it may be changed: behind everything that has departed before that."""

    route: Route
    speed_factor: float
    begun: tuple[Stop, ...]
    stops: tuple[Stop, ...]
    opens_s: int
    origin: Coordinates | None
    is_home_due: bool  # whoever works no more still has to travel to the end place

    @property
    def resource_id(self) -> int:
        return self.route.resource_id

    @property
    def begun_end_s(self) -> int | None:
        """When what has begun is over; None if nothing has, or nothing with a place at last."""
        return self.begun[-1].ends_s if self.begun and self.begun[-1].place is not None else None

    def rests_s(self, stops: Sequence[Stop]) -> list[int]:
        """Per stop the least time from the end of what is right in front of it to its arrival.

        Neighbours that are planned closer together already may stay so.
        """
        planned = {
            (before.id, stop.id): max(0, stop.arrives_s - before.ends_s)
            for before, stop in pairwise((*self.begun[-1:], *self.stops))
        }
        found = [] if self.begun else [0]
        for before, stop in pairwise((*self.begun[-1:], *stops)):
            rest_s = 0
            if before.place is not None and stop.place is not None:
                rest_s = self.route.rest_s
            found.append(min(rest_s, planned.get((before.id, stop.id), rest_s)))
        return found[: len(stops)]


@dataclass(slots=True)
class Legs:
    """How long it takes from stop to stop.

    `agreed` are legs between two stops of a plan that count although travel takes longer by today's
    table, because the plan could not be driven otherwise: (previous stop or None, stop) → seconds.
    """

    travel: Travel
    agreed: dict[tuple[int | None, int, float], int] = field(default_factory=dict)

    def to_s(self, row: Row, before: Stop | None, stop: Stop) -> int:
        """To a stop from the one before that has a place; None for the row's origin."""
        if stop.place is None:
            return 0
        known = self.agreed.get((before.id if before else None, stop.id, row.speed_factor))
        if known is not None:
            return known
        here = before.place if before else row.origin
        return leg_s(self.travel, here, stop.place, row.speed_factor)

    def along(self, row: Row, stops: Sequence[Stop]) -> list[int]:
        """The leg to each of the stops, 0 to one without a place."""
        legs, before = [], None
        for stop in stops:
            legs.append(self.to_s(row, before, stop))
            before = before if stop.place is None else stop
        return legs

    def agreed_along(self, row: Row, stops: Sequence[Stop]) -> dict[int, int]:
        """Of the legs to each of the stops, by its id, those that were agreed on."""
        found, before = {}, None
        for stop in stops:
            if stop.place is not None:
                known = self.agreed.get((before, stop.id, row.speed_factor))
                if known is not None:
                    found[stop.id] = known
                before = stop.id
        return found

    def home_s(self, row: Row, stops: Sequence[Stop]) -> int | None:
        """The trip to the end place after these stops; None if nobody has to make it."""
        last = next((stop.place for stop in reversed(stops) if stop.place is not None), None)
        if row.route.end is None or (last is None and not row.is_home_due):
            return None
        return leg_s(self.travel, last or row.origin, row.route.end, row.speed_factor)

    def settle(self, row: Row, stops: Sequence[Stop]) -> tuple[Stop, ...] | None:
        """The stops with their times in this row, or None if somebody would come too late."""
        return settle(
            stops,
            self.along(row, stops),
            row.rests_s(stops),
            opens_s=row.opens_s,
            begun_end_s=row.begun_end_s,
            closes_s=row.route.to_s,
            home_s=self.home_s(row, stops),
        )

    def travel_s(self, row: Row, stops: Sequence[Stop]) -> int:
        """All travel of the row's open part, the trip home included."""
        return sum(self.along(row, stops)) + (self.home_s(row, stops) or 0)


def open_row(route: Route, speed_factor: float, not_before_s: int) -> Row:
    """Split a route where it may be changed from."""
    begun = 0
    for index, stop in enumerate(route.stops):
        if stop.departs_s < not_before_s:
            begun = index + 1
    done = route.stops[:begun]
    last = max((index for index, stop in enumerate(done) if stop.place is not None), default=-1)
    return Row(
        route=route,
        speed_factor=speed_factor,
        begun=done,
        stops=route.stops[begun:],
        opens_s=max([route.from_s, not_before_s, *(stop.ends_s for stop in done)]),
        origin=route.start if last < 0 else done[last].place,
        is_home_due=last >= 0,  # nobody is taken to have made that trip in the past
    )


def sound_rows(rows: Sequence[Row], travel: Travel) -> tuple[list[Row], Legs]:
    """The rows whose plan can be driven, and the legs that make it so."""
    legs, sound = Legs(travel), []
    for row in rows:
        if row.origin is None and any(stop.place is not None for stop in row.stops):
            continue  # nobody knows where the resource comes from
        if legs.settle(row, row.stops) is None:
            agreed = _planned_legs(row)
            if Legs(travel, agreed).settle(row, row.stops) is None:
                continue
            legs.agreed |= agreed
        sound.append(row if is_valid(row, row.stops, legs) else _timed(row, legs))
    return sound, legs


def _timed(row: Row, legs: Legs) -> Row:
    """The same stops at times that can be kept: after a cancellation the next leg is another."""
    return replace(row, stops=legs.settle(row, row.stops) or row.stops)


def with_stops(row: Row, stops: Sequence[Stop]) -> Route:
    """The whole route with other stops in its open part."""
    return replace(row.route, stops=(*row.begun, *stops))


def is_valid(row: Row, stops: Sequence[Stop], legs: Legs) -> bool:
    """Whether the independent check finds nothing wrong but what has begun."""
    known = {stop.id: stop.travel_s for stop in row.begun} | legs.agreed_along(row, stops)
    begun = {stop.id for stop in row.begun}
    rests = {stop.id: rest_s for stop, rest_s in zip(stops, row.rests_s(stops), strict=True)}
    rests |= {stop.id: 0 for stop in row.begun}
    found = validate_route(
        with_stops(row, stops), legs.travel, row.speed_factor, None, known, rests
    )
    is_late = all(stop.departs_s >= row.opens_s for stop in stops)
    return is_late and all(each.stop_id in begun for each in found)


def _planned_legs(row: Row) -> dict[tuple[int | None, int, float], int]:
    found: dict[tuple[int | None, int, float], int] = {}
    before: int | None = None
    for stop in row.stops:
        if stop.place is not None:
            found[before, stop.id, row.speed_factor] = stop.travel_s
            before = stop.id
    return found


def choices(
    rows: Sequence[Row], unassigned: Sequence[Stop], freedoms: Mapping[int, Freedom]
) -> dict[int, tuple[int, ...]]:
    """Per stop that may move, by its id: the numbers of the rows it can be in, its own included."""
    by_resource: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        by_resource[row.resource_id].append(number)
    found = {}
    for home, stops in [
        *((number, row.stops) for number, row in enumerate(rows)),
        (-1, unassigned),
    ]:
        for stop in stops:
            if stop.is_fixed:
                continue
            freedom = freedoms.get(stop.id)
            others = [
                number
                for resource_id in (sorted(freedom.resources) if freedom else ())
                for number in by_resource[resource_id]
                if number != home and _is_open_for(rows[number], stop)
            ]
            found[stop.id] = (*((home,) if home >= 0 else ()), *others)
    return found


def _is_open_for(row: Row, stop: Stop) -> bool:
    if stop.place is not None and row.origin is None:
        return False
    arrives_s = max(stop.promised_from_s, row.opens_s)
    return arrives_s <= stop.promised_to_s and arrives_s + stop.duration_s <= row.route.to_s
