"""Create work orders with their requirements, cancel them, and keep their status."""

from collections.abc import Sequence

from django.db import connection, transaction

from doorstep.domain.customers.models import Account, Contact, CustomerAsset, FunctionalLocation
from doorstep.domain.organization.models import Portal
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.lib.address import AddressFields

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


@transaction.atomic
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
    actor: Actor,
) -> WorkOrder:
    """A work order with one requirement per role of the incident type, in the roles' order.

    The address is copied, as are the account's territory and access notes: the work order keeps
    them when account or location change (product reference 3.4). Publishes WorkOrderCreated.
    Raises ForeignToAccount when contact, asset or location belong to somebody else, NoDuration
    when the incident type has none. `roles` are the incident type's, for who has read them already.
    """
    for part in (reported_by, asset, location):
        if part is not None and part.account_id != account.pk:
            raise ForeignToAccount
    if not incident_type.duration_minutes:
        raise NoDuration
    address = place.address_values()
    address["time_zone"] = place.time_zone or account.time_zone
    notes = [account.instructions, location.access_notes if location else ""]
    work_order = WorkOrder.objects.create(
        number=_new_number(),
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
        **address,
    )
    if roles is None:
        roles = needed_roles(incident_type)
    _require(work_order, roles, incident_type.duration_minutes)
    record(
        actor=actor, action="created", obj=work_order, data={"incident_type": incident_type.name}
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


def _require(work_order: WorkOrder, roles: Sequence[RoleSpec], minutes: int) -> None:
    for role in roles:
        requirement = Requirement.objects.create(
            work_order=work_order,
            name=role.name,
            duration_minutes=minutes,
            resource_kind=role.resource_kind,
            crew_size=role.crew_size,
        )
        RequirementNeed.objects.bulk_create(
            RequirementNeed(
                requirement=requirement,
                characteristic_id=need.characteristic_id,
                minimum_rating=need.minimum_rating,
            )
            for need in role.needs
        )


def _new_number() -> str:
    """ "WO-000123"; a number is used up even when its transaction fails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('work_order_number')")
        return f"WO-{cursor.fetchone()[0]:06}"
