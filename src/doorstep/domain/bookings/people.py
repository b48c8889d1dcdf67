"""Resources and crews as the engine knows them, and what their days are made from."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from doorstep.domain.organization.models import Company
from doorstep.domain.resources.models import (
    BookableResource,
    CrewMember,
    ResourceCharacteristic,
    ResourceKind,
)
from doorstep.domain.resources.working_hours import Calendar, load_calendars, zone_of_resource
from doorstep.engine import Characteristic, Crew, Resource
from doorstep.engine import CrewMember as EngineCrewMember
from doorstep.engine import ResourceKind as EngineKind
from doorstep.platform.lib.site_time import day_bounds
from doorstep.platform.values.geo import Coordinates

from .seconds import second


@dataclass(frozen=True, slots=True)
class Worker:
    """One resource and, unless it is a crew, where and when its days begin and end.

    `rest_s` is the least time between two of its visits.
    """

    resource: Resource
    end: Coordinates | None
    calendar: Calendar | None = None
    crew: Crew | None = None
    rest_s: int = 0

    @property
    def id(self) -> int:
        return self.resource.id


def load_workers(
    *,
    from_day: date,
    to_day: date,
    company: Company,
    resource_ids: Collection[int] | None = None,
) -> dict[int, Worker]:
    """Active resources by id, in a number of queries that does not grow with them.

    `resource_ids` limits it to these, crews among them by their own id. The days are those for
    which the calendars are good.
    """
    query = BookableResource.objects.filter(is_active=True)
    if resource_ids is not None:
        query = query.filter(pk__in=resource_ids)
    rows = list(query.select_related("organizational_unit").order_by("pk"))
    company_zone = company.time_zone
    rest_s = 60 * company.minimum_gap_minutes
    ids = [row.pk for row in rows]
    calendars = load_calendars(
        [row for row in rows if row.kind != ResourceKind.CREW],
        from_day=from_day,
        to_day=to_day,
        company_zone=company_zone,
    )
    skills = _skills(ids)
    territories = _territories(ids)
    crew_ids = [row.pk for row in rows if row.kind == ResourceKind.CREW]
    members = _members(crew_ids) if crew_ids else {}
    found: dict[int, Worker] = {}
    for row in rows:
        zone = zone_of_resource(row, default=company_zone)
        characteristics = tuple(
            Characteristic(each, rating, *_seconds(from_on, to_on, zone))
            for each, rating, from_on, to_on in skills.get(row.pk, ())
        )
        resource = Resource(
            id=row.pk,
            kind=EngineKind(row.kind),
            start=row.start,
            characteristics=characteristics,
            territories=frozenset(territories.get(row.pk, ())),
            speed_factor=float(row.speed_factor),
            is_searchable=row.is_searchable,
        )
        crew = None
        if row.kind == ResourceKind.CREW:
            own = tuple(
                EngineCrewMember(member_id, *_seconds(from_on, to_on, zone))
                for member_id, from_on, to_on in members.get(row.pk, ())
            )
            crew = Crew(row.pk, own, characteristics, resource.territories)
        found[row.pk] = Worker(resource, row.end, calendars.get(row.pk), crew, rest_s)
    return found


_Skill = tuple[int, int | None, date | None, date | None]
_Membership = tuple[int, date | None, date | None]


def _skills(ids: list[int]) -> dict[int, list[_Skill]]:
    found: dict[int, list[_Skill]] = defaultdict(list)
    rows = ResourceCharacteristic.objects.filter(resource__in=ids).order_by("pk")
    for resource_id, characteristic_id, rating, from_on, to_on in rows.values_list(
        "resource_id", "characteristic_id", "rating", "valid_from_on", "valid_to_on"
    ):
        found[resource_id].append((characteristic_id, rating, from_on, to_on))
    return found


def _territories(ids: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    through = BookableResource.territories.through
    for resource_id, territory_id in through.objects.filter(bookableresource__in=ids).values_list(
        "bookableresource_id", "territory_id"
    ):
        found[resource_id].append(territory_id)
    return found


def _members(crew_ids: Iterable[int]) -> dict[int, list[_Membership]]:
    found: dict[int, list[_Membership]] = defaultdict(list)
    rows = CrewMember.objects.filter(crew__in=list(crew_ids), member__is_active=True)
    for crew_id, member_id, from_on, to_on in rows.order_by("pk").values_list(
        "crew_id", "member_id", "from_on", "to_on"
    ):
        found[crew_id].append((member_id, from_on, to_on))
    return found


def _seconds(
    from_on: date | None, to_on: date | None, zone: ZoneInfo
) -> tuple[int | None, int | None]:
    """Both days included, as the engine's seconds."""
    return (
        None if from_on is None else second(day_bounds(from_on, zone)[0]),
        None if to_on is None else second(day_bounds(to_on, zone)[1]),
    )
