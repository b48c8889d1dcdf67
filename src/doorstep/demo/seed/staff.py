"""Who works at the demo company, as a table: homes, hours, skills, absences."""

import datetime as dt
from dataclasses import dataclass, field

from .catalog import (
    ADVICE,
    BOILERS,
    COLD,
    CONTROLS,
    ELECTRICS,
    GAS,
    HEAT_PUMPS,
    LAUNDRY,
    OVENS,
    REFRIGERANT,
)
from .places import NORTH, SOUTH, WEST

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
TUESDAY_TO_SATURDAY = (1, 2, 3, 4, 5)
SATURDAY = (5,)


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekly hours with one break, in local time."""

    weekdays: tuple[int, ...]
    from_time: dt.time
    to_time: dt.time
    break_from: dt.time
    break_to: dt.time
    every_weeks: int = 1


def _hours(weekdays: tuple[int, ...], span: str, rest: str, every_weeks: int = 1) -> Hours:
    from_time, to_time, break_from, break_to = (
        dt.time.fromisoformat(text) for text in (*span.split("-"), *rest.split("-"))
    )
    return Hours(weekdays, from_time, to_time, break_from, break_to, every_weeks)


EARLY = _hours(MONDAY_TO_FRIDAY, "07:30-16:00", "12:00-12:30")
USUAL = _hours(MONDAY_TO_FRIDAY, "08:00-16:30", "12:00-12:30")
LONG = _hours(MONDAY_TO_FRIDAY, "08:00-17:30", "12:15-13:00")
LATE = _hours(MONDAY_TO_FRIDAY, "11:30-20:00", "15:30-16:00")
WITH_SATURDAY = _hours(TUESDAY_TO_SATURDAY, "08:00-16:30", "12:00-12:30")
SOME_SATURDAYS = _hours(SATURDAY, "08:00-13:00", "10:30-10:45", every_weeks=2)
MORNINGS = _hours((1, 2, 3, 4), "08:00-14:00", "11:00-11:20")
SCHOOL_HOURS = _hours((0, 1, 2, 3), "09:00-15:00", "12:00-12:20")


@dataclass(frozen=True, slots=True)
class Absence:
    """Time off in days from today; with `times` only those hours of the one day."""

    from_day: int
    to_day: int
    reason: str
    times: tuple[dt.time, dt.time] | None = None
    is_approved: bool = True


@dataclass(frozen=True, slots=True)
class Technician:
    """`skills` are ratings; None for certificates."""

    name: str
    home: str
    territories: tuple[str, ...]
    hours: tuple[Hours, ...]
    skills: dict[str, int | None]
    speed: float = 1.0
    absences: tuple[Absence, ...] = ()
    # Last valid day of certificates, in days from today.
    certificate_ends: dict[str, int] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@example.com"


TOM = "Tom Ashworth"
TECHNICIANS = (
    Technician(
        TOM, "Burnage", (SOUTH,), (USUAL,),
        {GAS: None, BOILERS: 5, CONTROLS: 4, HEAT_PUMPS: 4, ELECTRICS: 2},
    ),
    Technician(
        "Priya Nair", "Levenshulme", (SOUTH,), (LONG,),
        {GAS: None, BOILERS: 4, CONTROLS: 3, HEAT_PUMPS: 3, ADVICE: 4},
        speed=0.95,
    ),
    Technician(
        "Marek Kowalski", "Gorton", (SOUTH,), (USUAL,),
        {REFRIGERANT: None, LAUNDRY: 5, COLD: 3, OVENS: 4, ELECTRICS: 4},
        speed=1.1,
    ),
    Technician(
        "Grace Okafor", "Edgeley", (SOUTH,), (SCHOOL_HOURS,),
        {REFRIGERANT: None, LAUNDRY: 3, COLD: 4, OVENS: 3, ADVICE: 3},
        absences=(Absence(8, 12, "Holiday"),),
    ),
    Technician(
        "Liam Doherty", "Chorlton", (SOUTH, WEST), (LATE,),
        {GAS: None, BOILERS: 4, LAUNDRY: 3, OVENS: 2, ELECTRICS: 3},
        speed=1.05,
        certificate_ends={GAS: 38},
    ),
    Technician(
        "Aisha Rahman", "Crumpsall", (NORTH,), (EARLY,),
        {GAS: None, BOILERS: 4, HEAT_PUMPS: 5, CONTROLS: 4},
    ),
    Technician(
        "Daniel Greenhalgh", "Moston", (NORTH,), (USUAL,),
        {GAS: None, BOILERS: 3, CONTROLS: 3, HEAT_PUMPS: 3},
        absences=(Absence(-9, -8, "Ill"),),
    ),
    Technician(
        "Mei Lin Chan", "Middleton", (NORTH,), (USUAL,),
        {REFRIGERANT: None, LAUNDRY: 4, COLD: 5, OVENS: 3, ELECTRICS: 3},
        speed=0.9,
    ),
    Technician(
        "Kwame Mensah", "Failsworth", (NORTH,), (EARLY, SOME_SATURDAYS),
        {ELECTRICS: 5, OVENS: 4, LAUNDRY: 3, ADVICE: 5},
    ),
    Technician(
        "Sofia Martins", "Prestwich", (NORTH, WEST), (MORNINGS,),
        {REFRIGERANT: None, COLD: 3, OVENS: 3, LAUNDRY: 2},
    ),
    Technician(
        "Owen Pritchard", "Eccles", (WEST,), (USUAL,),
        {GAS: None, BOILERS: 5, HEAT_PUMPS: 4, CONTROLS: 3},
        speed=1.1,
        absences=(Absence(18, 19, "Family wedding", is_approved=False),),
    ),
    Technician(
        "Hannah Goldberg", "Sale", (WEST,), (USUAL,),
        {GAS: None, BOILERS: 4, CONTROLS: 5, HEAT_PUMPS: 3, ADVICE: 4},
        absences=(Absence(5, 5, "Dentist", (dt.time(13), dt.time(17))),),
    ),
    Technician(
        "Yusuf Demir", "Urmston", (WEST,), (WITH_SATURDAY,),
        {REFRIGERANT: None, ELECTRICS: 4, LAUNDRY: 4, COLD: 3, OVENS: 2},
        speed=1.05,
    ),
    Technician(
        "Bethany Clegg", "Worsley", (WEST,), (LONG,),
        {REFRIGERANT: None, GAS: None, BOILERS: 3, OVENS: 5, LAUNDRY: 3, COLD: 2},
        certificate_ends={GAS: -30},
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """Membership from and to, in days from today; None for open."""

    name: str
    from_day: int | None = None
    to_day: int | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    name: str
    depot: str
    territories: tuple[str, ...]
    members: tuple[Member, ...]


CREWS = (
    Crew(
        "Installation crew East", "Ardwick depot", (NORTH, SOUTH),
        (Member("Aisha Rahman"), Member("Daniel Greenhalgh")),
    ),
    Crew(
        "Installation crew West", "Eccles depot", (SOUTH, WEST),
        (
            Member("Owen Pritchard"),
            Member("Bethany Clegg", to_day=-11),
            Member("Hannah Goldberg", from_day=-10),
        ),
    ),
)  # fmt: skip
