"""Write the plan: work orders, requirements, bookings and everything that hangs on them.

In a few statements instead of through the services, for speed; what is written is what the services
would have left behind.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from random import Random

from django.db import connection, models

from doorstep.domain.bookings.models import (
    Assignment,
    BlockKind,
    Booking,
    ResourceBlock,
)
from doorstep.domain.work.models import (
    IncidentType,
    Priority,
    Requirement,
    RequirementNeed,
    WorkOrder,
)
from doorstep.domain.work.selectors import RoleSpec, needed_roles

from .catalog import (
    BOILER_REPAIR,
    COLD_REPAIR,
    HIGH,
    LOW,
    NORMAL,
    PHONE_ADVICE,
    RECALL,
    URGENT,
    Catalog,
    Kind,
)
from .visits import Outcome, Visit

_PRIORITIES = {
    BOILER_REPAIR.name: URGENT,
    COLD_REPAIR.name: HIGH,
    PHONE_ADVICE.name: LOW,
    RECALL.name: LOW,
}
_BATCH = 1000


def write_work_orders(visits: Sequence[Visit], catalog: Catalog) -> dict[Visit, WorkOrder]:
    """One per visit, except that a follow-up shares the one of the visit it continues."""
    opening = [visit for visit in visits if visit.first is None]
    numbers = _take_numbers(len(opening))
    found = {
        visit: _work_order(
            visit,
            number,
            catalog.incident_types[visit.kind.name],
            catalog.priorities[_PRIORITIES.get(visit.kind.name, NORMAL)],
        )
        for visit, number in zip(opening, numbers, strict=True)
    }
    WorkOrder.objects.bulk_create(found.values(), batch_size=_BATCH)
    for visit in visits:
        if visit.first is not None:
            found[visit] = found[visit.first]
    return found


def write_requirements(
    work_orders: dict[Visit, WorkOrder], catalog: Catalog
) -> dict[Visit, list[Requirement]]:
    """One per role of the kind of job, in the order of the roles."""
    roles: dict[str, tuple[RoleSpec, ...]] = {}
    found: dict[Visit, list[Requirement]] = {}
    needs: list[RequirementNeed] = []
    for visit, work_order in work_orders.items():
        if visit.first is not None:
            found[visit] = found[visit.first]
            continue
        name = visit.kind.name
        if name not in roles:
            roles[name] = needed_roles(catalog.incident_types[name])
        found[visit] = [_requirement(work_order, visit.kind, role) for role in roles[name]]
        for requirement, role in zip(found[visit], roles[name], strict=True):
            needs += [
                RequirementNeed(
                    requirement=requirement,
                    characteristic_id=need.characteristic_id,
                    minimum_rating=need.minimum_rating,
                )
                for need in role.needs
            ]
    opening = [each for visit, rows in found.items() if visit.first is None for each in rows]
    Requirement.objects.bulk_create(opening, batch_size=_BATCH)
    RequirementNeed.objects.bulk_create(needs, batch_size=_BATCH)
    return found


def write_assignments(
    bookings: dict[Visit, Booking], requirements: dict[Visit, list[Requirement]]
) -> None:
    """Who comes when; canceled visits keep their assignments but take nobody's time."""
    assignments: list[Assignment] = []
    blocks: list[ResourceBlock] = []
    for visit, booking in bookings.items():
        for part, (departs_s, arrives_s, ends_s) in zip(visit.parts, visit.times, strict=True):
            place = visit.place
            assignment = Assignment(
                booking=booking,
                requirement=requirements[visit][part.role],
                role=part.role,
                resource=part.resource,
                crew=part.crew,
                latitude=place.latitude if place else None,
                longitude=place.longitude if place else None,
                starts_at=instant(departs_s),
                arrives_at=instant(arrives_s),
                ends_at=instant(ends_s),
            )
            assignments.append(assignment)
            if visit.outcome is not Outcome.CANCELED:
                blocks.append(
                    ResourceBlock(
                        resource=part.resource,
                        starts_at=assignment.starts_at,
                        ends_at=assignment.ends_at,
                        kind=BlockKind.VISIT,
                        assignment=assignment,
                    )
                )
    Assignment.objects.bulk_create(assignments, batch_size=_BATCH)
    ResourceBlock.objects.bulk_create(blocks, batch_size=_BATCH)


def set_created(rows: Iterable[models.Model], times: Iterable[dt.datetime]) -> None:
    """Give rows of one model a past `created_at`, which Django fills with the present."""
    dated = list(zip(rows, times, strict=True))
    if not dated:
        return
    table = connection.ops.quote_name(dated[0][0]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS t SET created_at = v.at "  # noqa: S608 (a table of ours)
            "FROM unnest(%s::bigint[], %s::timestamptz[]) AS v (id, at) WHERE t.id = v.id",
            [[row.pk for row, _at in dated], [at for _row, at in dated]],
        )


def any_letters(rng: Random, letters: str, count: int) -> str:
    return "".join(rng.choice(letters) for _each in range(count))


def instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _work_order(
    visit: Visit, number: str, incident_type: IncidentType, priority: Priority
) -> WorkOrder:
    site = visit.site
    location = site.asset.location
    notes = [site.account.instructions, location.access_notes if location else ""]
    contact = visit.contact
    return WorkOrder(
        number=number,
        account=site.account,
        reported_by=contact,
        asset=site.asset,
        location=location,
        incident_type=incident_type,
        work_order_type=incident_type.work_order_type,
        priority=priority,
        territory=site.account.territory,
        portal=visit.portal,
        work_location=incident_type.work_location,
        summary=incident_type.name,
        instructions="\n".join(note for note in notes if note),
        **site.spot.values(),
    )


def _requirement(work_order: WorkOrder, kind: Kind, role: RoleSpec) -> Requirement:
    return Requirement(
        work_order=work_order,
        name=role.name,
        duration_minutes=kind.minutes,
        resource_kind=role.resource_kind,
        crew_size=role.crew_size,
    )


def _take_numbers(count: int) -> list[str]:
    """The next work order numbers, from the sequence that create_work_order goes on with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('work_order_number') FROM generate_series(1, %s)", [count])
        return [f"WO-{row[0]:06}" for row in cursor.fetchall()]
