"""Create work orders with their requirements, cancel them, and keep their status."""

from collections.abc import Callable, Iterator, Sequence

from django.db import transaction
from django.db.models import Model

from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation
from doorstep.domain.organization.models import Portal
from doorstep.platform.audit.services import Actor, entry, record
from doorstep.platform.events.events import publish
from doorstep.platform.lib.address import AddressFields
from doorstep.platform.lib.rows import insert_together, new, next_id, next_ids, run

from ..errors import ForeignToAccount, NoDuration, WorkOrderClosed
from ..events import WorkOrderCanceled, WorkOrderCreated
from ..models import (
    IncidentType,
    Priority,
    Requirement,
    RequirementNeed,
    RequirementStatus,
    SystemStatus,
    WorkOrder,
)
from ..selectors import RoleSpec, needed_roles

# Set by people; what happens to bookings afterwards does not open such a work order again.
_CLOSED = (SystemStatus.POSTED, SystemStatus.CANCELED)

# Number and id of a work order, and the ids of its requirements.
Drawn = tuple[int, int, list[int]]


def drawing(count: str = "%s") -> str:
    """The columns of a SELECT that draws number and ids of a work order, used up even when its
    transaction fails; `count` is SQL for how many requirements it has."""
    return f"nextval('work_order_number'), {next_id(WorkOrder)}, {next_ids(Requirement, count)}"


def _insert(rows: Sequence[Model]) -> None:
    insert_together(*rows)


def create_work_order(
    *,
    account: Account,
    reported_by: Contact | None,
    incident_type: IncidentType,
    place: AddressFields,
    asset: CustomerAsset | None = None,
    location: FunctionalLocation | None = None,
    portal: Portal | None = None,
    priority: Priority | None = None,
    summary: str = "",
    roles: Sequence[RoleSpec] | None = None,
    status: SystemStatus = SystemStatus.UNSCHEDULED,
    actor: Actor,
    drawn: Drawn | None = None,
    write: Callable[[Sequence[Model]], None] = _insert,
) -> WorkOrder:
    """A work order with one requirement per role of the incident type, in the roles' order.

    The address is copied, as are the account's territory and access notes: the work order keeps
    them when account or location change (product reference 3.4). Publishes WorkOrderCreated.
    Raises ForeignToAccount when contact, asset or location belong to somebody else, NoDuration
    when the incident type has none. `roles` are the incident type's, for who has read them already;
    `status` is the one that follows from the bookings its caller makes with it. Who has more to do
    at the same time draws number and ids before (`drawing`), and gives a `write` that keeps the new
    rows, to write them with others in the same transaction.
    """
    for part in (reported_by, asset, location):
        if part is not None and part.account_id != account.pk:
            raise ForeignToAccount
    if not incident_type.duration_minutes:
        raise NoDuration
    address = place.address_values()
    address["time_zone"] = place.time_zone or account.time_zone
    notes = [account.instructions, location.access_notes if location else ""]
    if roles is None:
        roles = needed_roles(incident_type)
    if drawn is None:
        (drawn,) = run(f"SELECT {drawing()}", [len(roles)])
    number, order_id, requirement_ids = drawn
    work_order = new(
        WorkOrder,
        pk=order_id,
        number=f"WO-{number:06}",
        account=account,
        reported_by=reported_by,
        asset=asset,
        location=location,
        incident_type=incident_type,
        work_order_type=incident_type.work_order_type,
        priority=priority,
        territory_id=account.territory_id,
        portal=portal,
        work_location=incident_type.work_location,
        summary=summary or incident_type.name,
        instructions="\n".join(note for note in notes if note),
        system_status=status,
        **address,
    )
    with transaction.atomic(savepoint=False):
        write(
            [
                work_order,
                *_required(work_order, requirement_ids, roles, incident_type.duration_minutes),
                entry(
                    actor=actor,
                    action="created",
                    obj=work_order,
                    data={"incident_type": incident_type.name},
                ),
            ]
        )
        publish(WorkOrderCreated(work_order_id=work_order.pk))
    return work_order


@transaction.atomic
def cancel_work_order(*, work_order: WorkOrder, actor: Actor) -> WorkOrder:
    """Cancel it with its open requirements and publish WorkOrderCanceled; its bookings are the
    business of those who hear that. Raises WorkOrderClosed when the work is done or canceled."""
    current = WorkOrder.objects.select_for_update().get(pk=work_order.pk)
    if current.system_status in (*_CLOSED, SystemStatus.COMPLETED):
        raise WorkOrderClosed(
            number=current.number, status=current.get_system_status_display().lower()
        )
    current.system_status = SystemStatus.CANCELED
    current.save(update_fields=["system_status"])
    current.requirements.filter(status=RequirementStatus.ACTIVE).update(
        status=RequirementStatus.CANCELED
    )
    record(actor=actor, action="canceled", obj=current)
    publish(WorkOrderCanceled(work_order_id=current.pk))
    return current


def set_system_status(*, work_order: WorkOrder, status: SystemStatus) -> bool:
    """Write the status that follows from the bookings; False if nothing changed.

    A posted or canceled work order stays so. No history of its own: the bookings' tells why.
    """
    changed = (
        WorkOrder.objects.filter(pk=work_order.pk)
        .exclude(system_status__in=(*_CLOSED, status))
        .update(system_status=status)
    )
    if changed:
        work_order.system_status = status
    return bool(changed)


def _required(
    work_order: WorkOrder, ids: Sequence[int], roles: Sequence[RoleSpec], minutes: int
) -> Iterator[Requirement | RequirementNeed]:
    for pk, role in zip(ids, roles, strict=True):
        yield new(
            Requirement,
            pk=pk,
            work_order=work_order,
            name=role.name,
            duration_minutes=minutes,
            resource_kind=role.resource_kind,
            crew_size=role.crew_size,
        )
        for need in role.needs:
            yield new(
                RequirementNeed,
                requirement_id=pk,
                characteristic_id=need.characteristic_id,
                minimum_rating=need.minimum_rating,
            )
