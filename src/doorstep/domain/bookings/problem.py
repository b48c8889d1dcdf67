"""Rows → the engine's problem, with a number of queries that does not grow with the rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from django.db.models import Count, Q
from django.db.models.query import QuerySet

from doorstep.domain.organization.selectors import get_company
from doorstep.domain.places.services import load_travel
from doorstep.domain.resources.models import BookableResource, CrewMember, ResourceKind
from doorstep.domain.resources.working_hours import WorkingDay, working_days, zone_of_resource
from doorstep.domain.work.selectors import RoleSpec, needed_roles, preferences_for
from doorstep.engine import (
    Characteristic,
    Crew,
    Need,
    Problem,
    Request,
    Resource,
    Role,
    Route,
    Stop,
    StopKind,
    Target,
    Travel,
    TravelTable,
)
from doorstep.engine import CrewMember as EngineCrewMember
from doorstep.engine import ResourceKind as EngineKind
from doorstep.engine import WorkLocation as EngineWorkLocation
from doorstep.platform.lib.site_time import day_bounds
from doorstep.platform.values.geo import Coordinates

from .errors import NoPlace, NotBookable
from .models import Assignment, BlockKind, ParentStatus, ResourceBlock
from .wish import Wish, place_of

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Apart:
    """What counts as free though it is taken: the visit to be moved, holds of the same person."""

    bookings: frozenset[int] = frozenset()
    holds: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Lane:
    visits: list[Stop] = field(default_factory=list)
    outside: list[Interval] = field(default_factory=list)


def load_problem(
    *,
    wish: Wish,
    targets: Sequence[Target],
    now: datetime,
    resource_ids: Collection[int] | None = None,
    apart: Apart = Apart(),
) -> Problem:
    """The engine's view of the days around `targets`.

    `resource_ids` limits it to these resources (crews among them by their own id).
    Raises NoPlace when the work is on site and nobody knows where, NotBookable without a duration.
    """
    place = place_of(wish).coordinates
    location = EngineWorkLocation(wish.incident_type.work_location)
    if location is EngineWorkLocation.ONSITE and place is None:
        raise NoPlace
    if not wish.incident_type.duration_minutes:
        raise NotBookable
    company = get_company()
    rows = _resources(resource_ids)
    crews = [row for row in rows if row.kind == ResourceKind.CREW]
    individuals = [row for row in rows if row.kind != ResourceKind.CREW]
    days = [target.day for target in targets]
    routes: tuple[Route, ...] = ()
    if days:
        routes = _routes(individuals, min(days), max(days), now, apart)
    return Problem(
        request=Request(
            place=place if location is EngineWorkLocation.ONSITE else None,
            work_location=location,
            duration_s=wish.incident_type.duration_minutes * 60,
            roles=_roles(wish, days),
            territory=_territory(wish),
            allows_without_territory=company.allows_resources_without_territory,
            radius_m=wish.portal.radius_m if location is EngineWorkLocation.ONSITE else 0.0,
        ),
        targets=tuple(targets),
        resources=tuple(_resource(row, company.time_zone) for row in rows),
        crews=tuple(_crew(row, company.time_zone) for row in crews),
        routes=routes,
        travel=_travel(place, routes, now),
        now_s=int(now.timestamp()),
    )


def _territory(wish: Wish) -> int | None:
    if wish.booking is not None:
        return wish.booking.work_order.territory_id
    return wish.account.territory_id


def _roles(wish: Wish, days: Sequence[date]) -> tuple[Role, ...]:
    preferences = preferences_for(
        account=wish.account,
        incident_type=wish.incident_type,
        work_order=wish.booking.work_order if wish.booking else None,
        day=min(days) if days else None,
    )
    return tuple(
        Role(
            id=spec.index,
            needs=tuple(Need(need.characteristic_id, need.minimum_rating) for need in spec.needs),
            kinds=_kinds(spec),
            crew_size=spec.crew_size,
            preferred=preferences.preferred,
            restricted=preferences.restricted,
            must_choose_from=preferences.must,
        )
        for spec in needed_roles(wish.incident_type)
    )


def _kinds(spec: RoleSpec) -> frozenset[EngineKind]:
    return frozenset({EngineKind(spec.resource_kind)})


def _resources(resource_ids: Collection[int] | None) -> list[BookableResource]:
    query: QuerySet[BookableResource] = BookableResource.objects.filter(is_active=True)
    if resource_ids is not None:
        query = query.filter(pk__in=resource_ids)
    return list(
        query.select_related("organizational_unit")
        .prefetch_related("territories", "characteristics", "memberships__member")
        .order_by("pk")
    )


def _resource(row: BookableResource, company_zone: str) -> Resource:
    return Resource(
        id=row.pk,
        kind=EngineKind(row.kind),
        start=row.start,
        characteristics=_characteristics(row, company_zone),
        territories=frozenset(each.pk for each in row.territories.all()),
        speed_factor=float(row.speed_factor),
        is_searchable=row.is_searchable,
    )


def _characteristics(row: BookableResource, company_zone: str) -> tuple[Characteristic, ...]:
    zone = zone_of_resource(row, default=company_zone)
    return tuple(
        Characteristic(
            each.characteristic_id,
            each.rating,
            None
            if each.valid_from_on is None
            else _second(day_bounds(each.valid_from_on, zone)[0]),
            None if each.valid_to_on is None else _second(day_bounds(each.valid_to_on, zone)[1]),
        )
        for each in row.characteristics.all()
    )


def _crew(row: BookableResource, company_zone: str) -> Crew:
    return Crew(
        id=row.pk,
        members=tuple(
            _crew_member(each, company_zone)
            for each in row.memberships.all()
            if each.member.is_active
        ),
        characteristics=_characteristics(row, company_zone),
        territories=frozenset(each.pk for each in row.territories.all()),
    )


def _crew_member(row: CrewMember, company_zone: str) -> EngineCrewMember:
    zone = zone_of_resource(row.crew, default=company_zone)
    return EngineCrewMember(
        row.member_id,
        None if row.from_on is None else _second(day_bounds(row.from_on, zone)[0]),
        None if row.to_on is None else _second(day_bounds(row.to_on, zone)[1]),
    )


def _routes(
    resources: Sequence[BookableResource], first: date, last: date, now: datetime, apart: Apart
) -> tuple[Route, ...]:
    # A day more on both sides: the resource may live in another zone, and shifts cross midnight.
    days = working_days(
        resources, from_day=first - timedelta(days=1), to_day=last + timedelta(days=1)
    )
    span = (
        datetime.combine(first, datetime.min.time(), UTC) - timedelta(days=2),
        datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=3),
    )
    lanes = _taken([resource.pk for resource in resources], span, now, apart)
    routes: list[Route] = []
    for resource in resources:
        for working_day in days.get(resource.pk, ()):
            routes += _day_routes(resource, working_day, lanes)
    return tuple(routes)


def _day_routes(
    resource: BookableResource, working_day: WorkingDay, lanes: dict[tuple[int, int], _Lane]
) -> Iterable[Route]:
    for lane in working_day.lanes:
        stretches = [(_second(start), _second(end)) for start, end in lane.stretches]
        if not stretches:
            continue
        from_s, to_s = stretches[0][0], stretches[-1][1]
        taken = lanes.get((resource.pk, lane.number), _Lane())
        visits = [stop for stop in taken.visits if stop.ends_s > from_s and stop.departs_s < to_s]
        gaps = [
            (before[1], after[0]) for before, after in pairwise(stretches) if before[1] < after[0]
        ]
        outside = [
            (max(start, from_s), min(end, to_s))
            for start, end in taken.outside
            if end > from_s and start < to_s
        ]
        busy = _without(gaps + outside, [(stop.departs_s, stop.ends_s) for stop in visits])
        stops = visits + [
            Stop(-1 - index, None, start, start, end, start, start, True, StopKind.BUSY)
            for index, (start, end) in enumerate(busy)
        ]
        stops.sort(key=lambda stop: (stop.departs_s, stop.ends_s))
        yield Route(
            id=f"{resource.pk}/{working_day.day.isoformat()}/{lane.number}",
            resource_id=resource.pk,
            lane=lane.number,
            day=working_day.day,
            from_s=from_s,
            to_s=to_s,
            start=resource.start,
            end=resource.end,
            stops=tuple(stops),
        )


def _without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Intervals joined where they touch or overlap, minus what visits take already.

    A break or an absence may be entered over a visit; the visit keeps its place in the route.
    """
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    for taken_start, taken_end in taken:
        joined = [
            piece
            for start, end in joined
            for piece in ((start, min(end, taken_start)), (max(start, taken_end), end))
            if piece[0] < piece[1]
        ]
    return joined


def _taken(
    resource_ids: Collection[int], span: tuple[datetime, datetime], now: datetime, apart: Apart
) -> dict[tuple[int, int], _Lane]:
    """What takes time, per (resource, lane): visits and live holds as stops, appointments."""
    lanes: dict[tuple[int, int], _Lane] = defaultdict(_Lane)
    rows = (
        Assignment.objects.filter(
            block__isnull=False,
            resource__in=resource_ids,
            starts_at__lt=span[1],
            ends_at__gt=span[0],
        )
        .exclude(booking__in=apart.bookings)
        .exclude(hold__in=apart.holds)
        .filter(Q(hold__isnull=True) | Q(hold__expires_at__gt=now))
        .annotate(company=Count("booking__assignments"))
        .values_list(
            "pk", "resource_id", "lane", "starts_at", "arrives_at", "ends_at", "hold_id", "company",
            "booking__promised_from", "booking__promised_to", "booking__is_pinned",
            "booking__status__parent", "latitude", "longitude",
        )
        .order_by("starts_at")
    )  # fmt: skip
    # The joined columns are empty for holds, which the stubs do not know.
    for row in cast("Iterable[tuple[Any, ...]]", rows):
        (
            pk, resource_id, lane, starts_at, arrives_at, ends_at, hold_id, company,
            promised_from, promised_to, is_pinned, parent, latitude, longitude,
        ) = row  # fmt: skip
        # Visits of several people arrive together, so one of them cannot be moved alone; what is
        # held, pinned, under way or begun stays where it is.
        is_fixed = (
            hold_id is not None
            or company != 1
            or is_pinned
            or parent != ParentStatus.SCHEDULED
            or starts_at <= now
            or not promised_from <= arrives_at <= promised_to
        )
        lanes[(resource_id, lane)].visits.append(
            Stop(
                id=pk,
                place=None if latitude is None else Coordinates(latitude, longitude),
                departs_s=_second(starts_at),
                arrives_s=_second(arrives_at),
                ends_s=_second(ends_at),
                promised_from_s=_second(arrives_at if is_fixed else promised_from),
                promised_to_s=_second(arrives_at if is_fixed else promised_to),
                is_fixed=is_fixed,
                kind=StopKind.VISIT if hold_id is None else StopKind.HOLD,
            )
        )
    outside = ResourceBlock.objects.filter(
        kind=BlockKind.OUTSIDE,
        resource__in=resource_ids,
        starts_at__lt=span[1],
        ends_at__gt=span[0],
    ).values_list("resource_id", "lane", "starts_at", "ends_at")
    for resource_id, lane, starts_at, ends_at in outside:
        lanes[(resource_id, lane)].outside.append((_second(starts_at), _second(ends_at)))
    return lanes


def _travel(place: Coordinates | None, routes: Sequence[Route], now: datetime) -> Travel:
    """Travel times for every leg an insertion can ask for, in two batched look-ups at most.

    Legs between planned visits are the ones they were planned with.
    """
    places = {
        point
        for route in routes
        for point in (route.start, route.end, *(stop.place for stop in route.stops))
        if point is not None
    }
    if place is None:
        return load_travel(origins=places, destinations=(), now=now)
    there = load_travel(origins=places, destinations=(place,), now=now)
    if not isinstance(there, TravelTable):
        return there
    back = load_travel(origins=(place,), destinations=places, now=now)
    pairs = dict(there.pairs) | (dict(back.pairs) if isinstance(back, TravelTable) else {})
    return TravelTable(pairs, there.fallback)


def _second(instant: datetime) -> int:
    return int(instant.timestamp())
