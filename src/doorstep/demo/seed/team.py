"""Write the technicians and crews of the table in `staff`."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from doorstep.domain.organization.models import OrganizationalUnit
from doorstep.domain.resources.models import (
    BookableResource,
    CrewMember,
    HoursKind,
    Place,
    ResourceCharacteristic,
    ResourceKind,
    TimeOff,
    TimeOffState,
    WorkHours,
)
from doorstep.platform.lib.site_time import combine, day_bounds

from .catalog import CERTIFICATES, Catalog
from .names import People
from .organization import Organization
from .places import TIME_ZONE, Streets
from .staff import CREWS, TECHNICIANS, Absence, Crew, Technician

_ZONE = ZoneInfo(TIME_ZONE)
# Hours and certificates have been so for some time.
_SINCE_DAYS = 400
_CERTIFICATE_DAYS = 3 * 365
_FEW_DAYS = 200


@dataclass(frozen=True, slots=True)
class Team:
    """The rows by name."""

    technicians: dict[str, BookableResource]
    crews: dict[str, BookableResource]


def make_team(
    organization: Organization, catalog: Catalog, streets: Streets, people: People, today: dt.date
) -> Team:
    """Write technicians with homes, hours, skills and time off, and the crews."""
    units = {unit.name: unit for unit in organization.depots}
    technicians = {
        technician.name: _make_technician(technician, organization, catalog, streets, people, today)
        for technician in TECHNICIANS
    }
    crews = {crew.name: _make_crew(crew, organization, units, technicians, today) for crew in CREWS}
    return Team(technicians, crews)


def _make_technician(
    technician: Technician,
    organization: Organization,
    catalog: Catalog,
    streets: Streets,
    people: People,
    today: dt.date,
) -> BookableResource:
    first, _space, last = technician.name.rpartition(" ")
    resource = BookableResource.objects.create(
        name=technician.name,
        email=technician.email,
        phone=people.named(first, last).phone,
        speed_factor=technician.speed,
        **streets.any_of(technician.home).values(),
    )
    resource.territories.set([organization.territories[name] for name in technician.territories])
    _give_hours(resource, technician, today)
    ResourceCharacteristic.objects.bulk_create(
        _characteristic(resource, technician, name, rating, catalog, today)
        for name, rating in technician.skills.items()
    )
    TimeOff.objects.bulk_create(
        _time_off(resource, absence, today) for absence in technician.absences
    )
    return resource


def _give_hours(resource: BookableResource, technician: Technician, today: dt.date) -> None:
    rows = []
    for hours in technician.hours:
        for kind, begin, end in (
            (HoursKind.WORK, hours.from_time, hours.to_time),
            (HoursKind.BREAK, hours.break_from, hours.break_to),
        ):
            rows.append(
                WorkHours(
                    resource=resource,
                    kind=kind,
                    weekdays=list(hours.weekdays),
                    from_time=begin,
                    to_time=end,
                    every_weeks=hours.every_weeks,
                    valid_from_on=_before(today, _SINCE_DAYS) if hours.every_weeks > 1 else None,
                )
            )
    WorkHours.objects.bulk_create(rows)


def _characteristic(
    resource: BookableResource,
    technician: Technician,
    name: str,
    rating: int | None,
    catalog: Catalog,
    today: dt.date,
) -> ResourceCharacteristic:
    row = ResourceCharacteristic(
        resource=resource, characteristic=catalog.characteristics[name], rating=rating
    )
    if name in CERTIFICATES:
        spread = sum(map(ord, technician.name))
        ends = technician.certificate_ends.get(name, _FEW_DAYS + spread % _CERTIFICATE_DAYS // 2)
        row.valid_to_on = today + dt.timedelta(days=ends)
        row.valid_from_on = _before(row.valid_to_on, _CERTIFICATE_DAYS)
        row.number = f"NB-{20000 + spread}"
    return row


def _time_off(resource: BookableResource, absence: Absence, today: dt.date) -> TimeOff:
    first, last = (today + dt.timedelta(days=days) for days in (absence.from_day, absence.to_day))
    starts_at, ends_at = day_bounds(first, _ZONE)[0], day_bounds(last, _ZONE)[1]
    if absence.times:
        starts_at, ends_at = (combine(first, at, _ZONE)[0] for at in absence.times)
    return TimeOff(
        resource=resource,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=absence.reason,
        state=TimeOffState.APPROVED if absence.is_approved else TimeOffState.REQUESTED,
    )


def _make_crew(
    crew: Crew,
    organization: Organization,
    units: dict[str, OrganizationalUnit],
    technicians: dict[str, BookableResource],
    today: dt.date,
) -> BookableResource:
    resource = BookableResource.objects.create(
        name=crew.name,
        kind=ResourceKind.CREW,
        organizational_unit=units[crew.depot],
        start_place=Place.UNIT,
        end_place=Place.UNIT,
        time_zone=TIME_ZONE,
    )
    resource.territories.set([organization.territories[name] for name in crew.territories])
    CrewMember.objects.bulk_create(
        CrewMember(
            crew=resource,
            member=technicians[member.name],
            from_on=None if member.from_day is None else _before(today, -member.from_day),
            to_on=None if member.to_day is None else _before(today, -member.to_day),
            is_leader=position == 0,
        )
        for position, member in enumerate(crew.members)
    )
    return resource


def _before(day: dt.date, days: int) -> dt.date:
    return day - dt.timedelta(days=days)
