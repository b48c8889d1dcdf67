"""Rows → the engine's problem, with a number of queries that does not grow with the rows."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models.query import QuerySet

from doorstep.domain.organization.selectors import get_company
from doorstep.domain.places.services import load_travel, load_travel_around
from doorstep.domain.resources.models import BookableResource, CrewMember, ResourceKind
from doorstep.domain.resources.working_hours import zone_of_resource
from doorstep.domain.work.selectors import RoleSpec, needed_roles, preferences_for, required_roles
from doorstep.engine import (
    Characteristic,
    Crew,
    Need,
    Problem,
    Request,
    Resource,
    Role,
    Route,
    Target,
    Travel,
)
from doorstep.engine import CrewMember as EngineCrewMember
from doorstep.engine import ResourceKind as EngineKind
from doorstep.engine import WorkLocation as EngineWorkLocation
from doorstep.platform.lib.site_time import day_bounds
from doorstep.platform.values.geo import Coordinates

from .days import NOTHING_APART, Apart, planned_days, second
from .errors import NoPlace, NotBookable
from .wish import Wish, minutes_of, place_of, work_location_of


def load_problem(
    *,
    wish: Wish,
    targets: Sequence[Target],
    now: datetime,
    resource_ids: Collection[int] | None = None,
    apart: Apart = NOTHING_APART,
) -> Problem:
    """The engine's view of the days around `targets`.

    `resource_ids` limits it to these resources (crews among them by their own id).
    Raises NoPlace when the work is on site and nobody knows where, NotBookable without a duration.
    """
    place = place_of(wish).coordinates
    location = EngineWorkLocation(work_location_of(wish))
    minutes = minutes_of(wish)
    if location is EngineWorkLocation.ONSITE and place is None:
        raise NoPlace
    if not minutes:
        raise NotBookable
    company = get_company()
    rows = load_resources(resource_ids)
    crews = [row for row in rows if row.kind == ResourceKind.CREW]
    individuals = [row for row in rows if row.kind != ResourceKind.CREW]
    days = [target.day for target in targets]
    routes: tuple[Route, ...] = ()
    if days:
        routes = planned_days(individuals, min(days), max(days), now, apart)
    return Problem(
        request=Request(
            place=place if location is EngineWorkLocation.ONSITE else None,
            work_location=location,
            duration_s=minutes * 60,
            roles=_roles(wish, days),
            territory=_territory(wish),
            allows_without_territory=company.allows_resources_without_territory,
            radius_m=wish.portal.radius_m if location is EngineWorkLocation.ONSITE else 0.0,
        ),
        targets=tuple(targets),
        resources=tuple(engine_resource(row, company.time_zone) for row in rows),
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
        for spec in _specs(wish)
    )


def _specs(wish: Wish) -> tuple[RoleSpec, ...]:
    if wish.booking is not None:
        return required_roles(wish.booking.work_order)
    return needed_roles(wish.incident_type)


def _kinds(spec: RoleSpec) -> frozenset[EngineKind]:
    return frozenset({EngineKind(spec.resource_kind)})


def load_resources(resource_ids: Collection[int] | None = None) -> list[BookableResource]:
    """Active resources with all that `engine_resource` and `planned_days` read of them."""
    query: QuerySet[BookableResource] = BookableResource.objects.filter(is_active=True)
    if resource_ids is not None:
        query = query.filter(pk__in=resource_ids)
    return list(
        query.select_related("organizational_unit")
        .prefetch_related("territories", "characteristics", "memberships__member")
        .order_by("pk")
    )


def engine_resource(row: BookableResource, company_zone: str) -> Resource:
    """A resource as the engine sees it; `company_zone` is for those without a zone of their own."""
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
            None if each.valid_from_on is None else second(day_bounds(each.valid_from_on, zone)[0]),
            None if each.valid_to_on is None else second(day_bounds(each.valid_to_on, zone)[1]),
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
        None if row.from_on is None else second(day_bounds(row.from_on, zone)[0]),
        None if row.to_on is None else second(day_bounds(row.to_on, zone)[1]),
    )


def _travel(place: Coordinates | None, routes: Sequence[Route], now: datetime) -> Travel:
    """Travel times for every leg an insertion can ask for.

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
    return load_travel_around(place=place, others=places, now=now)
