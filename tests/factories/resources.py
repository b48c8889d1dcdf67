"""Technicians and crews. Tom and Tina are the same row at every call."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any

from doorstep.domain.organization.models import Territory
from doorstep.domain.resources.models import (
    BookableResource,
    Characteristic,
    CharacteristicKind,
    CrewMember,
    HoursKind,
    Place,
    RatingModel,
    ResourceCharacteristic,
    ResourceKind,
    WorkHours,
)
from doorstep.platform.identity.roles import Role

from .identity import make_user
from .organization import make_unit

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
HOME = (53.47, -2.23)
_numbers = count(1)


def make_characteristic(**overrides: Any) -> Characteristic:
    """A skill rated from 1 to 5. A certificate: `kind=CharacteristicKind.CERTIFICATE`."""
    values: dict[str, Any] = {"name": f"Skill {next(_numbers)}"}
    if overrides.get("kind") != CharacteristicKind.CERTIFICATE:
        values["rating_model"], _made = RatingModel.objects.get_or_create(name="One to five")
    return Characteristic.objects.create(**(values | overrides))


def make_technician(
    name: str = "",
    *,
    territories: Collection[Territory] = (),
    skills: Mapping[Characteristic, int | None] | None = None,
    home: tuple[float, float] | None = HOME,
    works: bool = True,
    **overrides: Any,
) -> BookableResource:
    """Somebody who works Monday to Friday 8 to 17 with a break from 12 to 12:30.

    `works=False` leaves the work hours to the caller; see `make_hours` and `make_break`.
    """
    values: dict[str, Any] = {"name": name or f"Technician {next(_numbers)}"}
    values["latitude"], values["longitude"] = home or (None, None)
    resource = BookableResource.objects.create(**(values | overrides))
    resource.territories.set(territories)
    for characteristic, rating in (skills or {}).items():
        give_skill(resource, characteristic, rating)
    if works:
        make_hours(resource)
        make_break(resource)
    return resource


def make_hours(
    resource: BookableResource,
    from_time: dt.time = dt.time(8),
    to_time: dt.time = dt.time(17),
    *,
    weekdays: Sequence[int] = MONDAY_TO_FRIDAY,
    **overrides: Any,
) -> WorkHours:
    return WorkHours.objects.create(
        resource=resource,
        from_time=from_time,
        to_time=to_time,
        weekdays=list(weekdays),
        **overrides,
    )


def make_break(
    resource: BookableResource,
    from_time: dt.time = dt.time(12),
    to_time: dt.time = dt.time(12, 30),
    **overrides: Any,
) -> WorkHours:
    return make_hours(resource, from_time, to_time, kind=HoursKind.BREAK, **overrides)


def give_skill(
    resource: BookableResource,
    characteristic: Characteristic,
    rating: int | None = None,
    **overrides: Any,
) -> ResourceCharacteristic:
    return ResourceCharacteristic.objects.create(
        resource=resource, characteristic=characteristic, rating=rating, **overrides
    )


def make_crew(members: Sequence[BookableResource], **overrides: Any) -> BookableResource:
    """A crew that starts at a unit, led by its first member."""
    values: dict[str, Any] = {
        "name": f"Crew {next(_numbers)}",
        "kind": ResourceKind.CREW,
        "start_place": Place.UNIT,
        "end_place": Place.UNIT,
    }
    if "organizational_unit" not in overrides:
        values["organizational_unit"] = make_unit()
    crew = BookableResource.objects.create(**(values | overrides))
    for position, member in enumerate(members):
        CrewMember.objects.create(crew=crew, member=member, is_leader=position == 0)
    return crew


# --- The cast ------------------------------------------------------------------------------


def tom(**overrides: Any) -> BookableResource:
    """A technician south of the center, who can sign in as tom@example.com."""
    return _technician("Tom Technician", "tom@example.com", (53.47, -2.23), overrides)


def tina(**overrides: Any) -> BookableResource:
    """A technician north of the center, who can sign in as tina@example.com."""
    return _technician("Tina Technician", "tina@example.com", (53.50, -2.25), overrides)


def _technician(
    name: str, email: str, home: tuple[float, float], overrides: dict[str, Any]
) -> BookableResource:
    found = BookableResource.objects.filter(email=email).first()
    return found or make_technician(
        name,
        home=home,
        email=email,
        user=make_user(email=email, name=name, role=Role.TECHNICIAN),
        **overrides,
    )
