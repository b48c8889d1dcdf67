"""A company in a scratch database: as many technicians, days and visits as a benchmark asks for.

60 × 60 km with seven towns, shifts from eight to five with a break at noon and a day off, about six
visits a day, seven in ten promised as windows of two hours and the rest to the minute, three of
twelve skills, four overlapping territories. The same numbers give the same company, counted from
tomorrow.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from doorstep.config.cli import load

SKILLS, TERRITORIES, ACCOUNTS = 12, 4, 400
CENTER = (53.48, -2.24)
# Half of 60 km in degrees, at this latitude.
REACH = (0.27, 0.45)
WINDOWS = ((8, 10), (10, 12), (12, 14), (14, 16), (16, 17))
RADIUS_KM = 35
HOURS = (time(8), time(17))
BREAK = (time(12), time(12, 30))
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class World:
    """What a benchmark needs to know of the company it asked for."""

    technicians: int
    days: int
    visits: int
    first_day: date
    portal_id: int
    service_ids: tuple[int, ...]
    contact_ids: tuple[int, ...]


def set_up(*, migrates: bool = True) -> None:
    """Make Django ready as `doorstep serve` does, and the scratch database as new as the code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    load()
    if migrates:
        from django.core.management import call_command

        call_command("migrate", verbosity=0)


def build(
    technicians: int,
    days: int,
    *,
    seed: int = 1,
    has_users: bool = False,
    customers: int = ACCOUNTS,
) -> World:
    """Empty the scratch database and fill it. `has_users` lets the contacts sign in."""
    from django.db import connection, transaction

    chance = random.Random(seed)
    first_day = datetime.now(UTC).date() + ONE_DAY
    empty()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        skills, territories = _make_catalog()
        portal_id, service_ids = _make_portal(skills, days)
        homes = _make_technicians(technicians, skills, territories, chance)
        contact_ids = _make_customers(
            territories, service_ids, chance, count=customers, has_users=has_users
        )
        visits = _make_visits(homes, first_day, days, chance)
    _analyze()
    return World(technicians, days, visits, first_day, portal_id, service_ids, contact_ids)


def _analyze() -> None:
    """As the database does by itself: of what it was told is empty, it would plan as if it stayed
    so."""
    from django.db import connection

    with connection.cursor() as cursor:
        filled = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            if cursor.fetchone()[0]:
                filled.append(table)
        cursor.execute(f"ANALYZE {', '.join(filled)}")


def empty() -> None:
    from django.apps import apps
    from django.db import connection

    kept = {
        "auth_permission",
        "bookings_bookingstatus",
        "django_content_type",
        "django_migrations",
        "doorstep_cache",
    }
    tables = [
        table
        for table in connection.introspection.django_table_names(only_existing=True)
        if table not in kept
    ]
    assert apps.ready
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)}, procrastinate_jobs CASCADE")


def _make_catalog() -> tuple[list[int], list[int]]:
    from doorstep.domain.organization.models import Territory
    from doorstep.domain.organization.selectors import get_company
    from doorstep.domain.resources.models import Characteristic, RatingModel

    company = get_company()
    company.time_zone, company.name = "UTC", "Bench"
    company.save()
    ratings = RatingModel.objects.create(name="One to five")
    skills = Characteristic.objects.bulk_create(
        Characteristic(name=f"Skill {number}", rating_model=ratings) for number in range(SKILLS)
    )
    territories = Territory.objects.bulk_create(
        Territory(name=f"Territory {number}") for number in range(TERRITORIES)
    )
    return [each.pk for each in skills], [each.pk for each in territories]


def _make_portal(skills: list[int], days: int) -> tuple[int, tuple[int, ...]]:
    from doorstep.domain.organization.models import ArrivalWindow, Portal
    from doorstep.domain.work.models import IncidentType, IncidentTypeNeed, WorkOrderType

    portal = Portal.objects.create(
        name="Bench", company_name="Bench", is_default=True, max_radius=RADIUS_KM,
        min_lead_days=1, max_lead_days=days, hold_minutes=10,
    )  # fmt: skip
    ArrivalWindow.objects.bulk_create(
        ArrivalWindow(portal=portal, from_time=time(start), to_time=time(end))
        for start, end in WINDOWS
    )
    order_type = WorkOrderType.objects.create(name="Service")
    services = IncidentType.objects.bulk_create(
        IncidentType(
            name=f"Service {number}",
            customer_name=f"Service {number}",
            work_order_type=order_type,
            duration_minutes=(30, 45, 60, 90, 120)[number % 5],
            is_customer_bookable=True,
        )
        for number in range(SKILLS)
    )
    IncidentTypeNeed.objects.bulk_create(
        IncidentTypeNeed(incident_type=service, characteristic_id=skill, minimum_rating=1)
        for service, skill in zip(services, skills, strict=True)
    )
    return portal.pk, tuple(each.pk for each in services)


def _make_technicians(
    count: int, skills: list[int], territories: list[int], chance: random.Random
) -> dict[int, tuple[float, float, int]]:
    """Homes and days off, by id."""
    from doorstep.domain.resources.models import (
        BookableResource,
        HoursKind,
        ResourceCharacteristic,
        WorkHours,
    )

    homes = [(*_place(chance), chance.randrange(7)) for _each in range(count)]
    people = BookableResource.objects.bulk_create(
        BookableResource(name=f"Technician {number}", latitude=home[0], longitude=home[1])
        for number, home in enumerate(homes)
    )
    through = BookableResource.territories.through
    through.objects.bulk_create(
        through(bookableresource_id=person.pk, territory_id=territory)
        for person in people
        for territory in chance.sample(territories, 2)
    )
    ResourceCharacteristic.objects.bulk_create(
        ResourceCharacteristic(
            resource=person, characteristic_id=skill, rating=chance.randint(1, 5)
        )
        for person in people
        for skill in chance.sample(skills, 3)
    )
    WorkHours.objects.bulk_create(
        WorkHours(
            resource=person, kind=kind, from_time=hours[0], to_time=hours[1],
            weekdays=[day for day in range(7) if day != home[2]],
        )
        for person, home in zip(people, homes, strict=True)
        for kind, hours in ((HoursKind.WORK, HOURS), (HoursKind.BREAK, BREAK))
    )  # fmt: skip
    return {person.pk: home for person, home in zip(people, homes, strict=True)}


def _make_customers(
    territories: list[int],
    service_ids: tuple[int, ...],
    chance: random.Random,
    *,
    count: int,
    has_users: bool,
) -> tuple[int, ...]:
    from doorstep.domain.customers.models import Account, Contact
    from doorstep.domain.work.models import WorkOrder
    from doorstep.platform.identity.models import User

    accounts = []
    for number in range(count):
        latitude, longitude = _place(chance)
        accounts.append(
            Account(
                name=f"Account {number}",
                latitude=latitude,
                longitude=longitude,
                time_zone="UTC",
                territory_id=chance.choice((None, chance.choice(territories))),
            )
        )
    Account.objects.bulk_create(accounts)
    users: list[User | None] = [None] * count
    if has_users:
        users = list(
            User.objects.bulk_create(
                User(email=f"bench{number}@example.com") for number in range(count)
            )
        )
    contacts = Contact.objects.bulk_create(
        Contact(
            account=account, last_name=f"Contact {number}", email=f"bench{number}@example.com",
            user=user, has_seen_profile=True,
        )
        for number, (account, user) in enumerate(zip(accounts, users, strict=True))
    )  # fmt: skip
    WorkOrder.objects.bulk_create(
        WorkOrder(
            number=f"BENCH-{number}",
            account=account,
            incident_type_id=service_ids[number % len(service_ids)],
        )
        for number, account in enumerate(accounts)
    )
    return tuple(each.pk for each in contacts)


def _make_visits(
    homes: dict[int, tuple[float, float, int]], first_day: date, days: int, chance: random.Random
) -> int:
    """COPY, for there may be hundreds of thousands; returns how many."""
    from django.db import connection

    from doorstep.domain.bookings.models import ParentStatus
    from doorstep.domain.bookings.selectors import get_default_status
    from doorstep.domain.work.models import WorkOrder

    orders = list(WorkOrder.objects.order_by("pk").values_list("pk", flat=True))
    status = get_default_status(ParentStatus.SCHEDULED).pk
    rows = [
        (resource_id, *visit)
        for resource_id, home in homes.items()
        for day in range(days)
        if (first_day + day * ONE_DAY).weekday() != home[2]
        for visit in _day(home[:2], first_day + day * ONE_DAY, chance)
    ]
    made = datetime.now(UTC)
    with connection.cursor() as cursor:
        first = _next_ids(cursor, "bookings_booking", len(rows))
        with cursor.copy(
            "COPY bookings_booking (id, code, work_order_id, status_id, method, promised_from, "
            "promised_to, starts_at, arrives_at, ends_at, duration_minutes, time_zone, is_pinned, "
            "version, cancel_reason, promised_at, created_at) FROM STDIN"
        ) as copy:
            for number, row in enumerate(rows):
                _id, _place_of, departs, arrives, ends, promised_from, promised_to = row
                copy.write_row((
                    first + number, f"bench-{number}", orders[number % len(orders)], status,
                    "office", promised_from, promised_to, departs, arrives, ends,
                    int((ends - arrives).total_seconds() // 60), "UTC", False, 1, "", made, made,
                ))  # fmt: skip
        assignment = _next_ids(cursor, "bookings_assignment", len(rows))
        with cursor.copy(
            "COPY bookings_assignment (id, booking_id, role, resource_id, lane, latitude, "
            "longitude, starts_at, arrives_at, ends_at) FROM STDIN"
        ) as copy:
            for number, (resource_id, place, departs, arrives, ends, *_promise) in enumerate(rows):
                copy.write_row((
                    assignment + number, first + number, 0, resource_id, 1, *place,
                    departs, arrives, ends,
                ))  # fmt: skip
        with cursor.copy(
            "COPY bookings_resourceblock (resource_id, lane, starts_at, ends_at, kind, "
            "assignment_id) FROM STDIN"
        ) as copy:
            for number, (resource_id, _place_of, departs, _arrives, ends, *_promise) in enumerate(
                rows
            ):
                copy.write_row((resource_id, 1, departs, ends, "visit", assignment + number))
    return len(rows)


def _next_ids(cursor: Any, table: str, count: int) -> int:
    """The first of `count` ids in a row."""
    cursor.execute(
        "SELECT setval(pg_get_serial_sequence(%s, 'id'), "
        "nextval(pg_get_serial_sequence(%s, 'id')) + %s)",
        [table, table, max(count, 1)],
    )
    return int(cursor.fetchone()[0]) - max(count, 1)


def _day(home: tuple[float, float], day: date, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    """Visits one after the other, each with its place, times and promise."""
    from doorstep.engine import StraightLine
    from doorstep.platform.values.geo import Coordinates

    travel = StraightLine()
    start = Coordinates(*home)
    at, free = start, datetime.combine(day, HOURS[0], UTC)
    ends_by = datetime.combine(day, HOURS[1], UTC)
    noon = (datetime.combine(day, BREAK[0], UTC), datetime.combine(day, BREAK[1], UTC))
    for _visit in range(chance.choice((5, 6, 6, 7))):
        place = Coordinates(*_place(chance, around=home))
        length = timedelta(minutes=chance.choice((30, 30, 45, 60)))
        departs = free + timedelta(minutes=chance.choice((0, 0, 5, 20)))
        arrives = departs + timedelta(seconds=travel.seconds(at, place))
        if departs < noon[1] and arrives + length > noon[0]:
            departs = max(noon[1], departs)
            arrives = departs + timedelta(seconds=travel.seconds(at, place))
        home_by = arrives + length + timedelta(seconds=travel.seconds(place, start))
        if home_by > ends_by:
            return
        promise = (arrives, arrives)
        if chance.random() < 0.7:
            promise = next(
                (
                    (from_at, to_at)
                    for from_hour, to_hour in WINDOWS
                    for from_at, to_at in [(_at(day, from_hour), _at(day, to_hour))]
                    if from_at <= arrives <= to_at
                ),
                promise,
            )
        yield (place.latitude, place.longitude), departs, arrives, arrives + length, *promise
        at, free = place, arrives + length


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


_TOWNS = [
    (random.Random(7 + n).uniform(-1, 1), random.Random(99 + n).uniform(-1, 1)) for n in range(7)
]


def _place(chance: random.Random, around: tuple[float, float] | None = None) -> tuple[float, float]:
    """In or near one of the towns, or near `around`."""
    if around is not None:
        return (
            round(around[0] + chance.gauss(0, 0.035), 5),
            round(around[1] + chance.gauss(0, 0.06), 5),
        )
    town = chance.choice(_TOWNS)
    latitude = max(-1.0, min(1.0, town[0] + chance.gauss(0, 0.12)))
    longitude = max(-1.0, min(1.0, town[1] + chance.gauss(0, 0.12)))
    return (
        round(CENTER[0] + latitude * REACH[0], 5),
        round(CENTER[1] + longitude * REACH[1], 5),
    )
