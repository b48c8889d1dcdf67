"""Save kinds of job, and refuse what customers could not book (product reference 4.1)."""

from collections.abc import Sequence

from django.db import transaction

from doorstep.domain.resources.models import Characteristic
from doorstep.platform.audit.services import Actor, record

from ..errors import NeedsAndRoles
from ..models import IncidentType, IncidentTypeNeed, RoleNeed, RoleTemplate
from ..models.incident_type import NeedFields
from ..selectors import NeedSpec, RoleSpec


def check_needs_or_roles(*, needs: int, roles: int) -> None:
    """Raises NeedsAndRoles: with roles it is they who need something, not the job as a whole."""
    if needs and roles:
        raise NeedsAndRoles


@transaction.atomic
def save_incident_type(
    *,
    incident_type: IncidentType,
    needs: Sequence[NeedSpec] = (),
    roles: Sequence[RoleSpec] = (),
    actor: Actor,
) -> IncidentType:
    """Write the incident type with exactly these needs or roles; roles keep their order.

    Work orders that exist keep their requirements. Whether anybody can do the job is not asked
    here, `configuration.configuration_problems` tells. Raises NeedsAndRoles, or ValidationError by
    field: for what customers could not book, and for ratings off the scale.
    """
    check_needs_or_roles(needs=len(needs), roles=len(roles))
    is_new = incident_type._state.adding
    incident_type.full_clean()
    incident_type.save()
    incident_type.needs.all().delete()
    incident_type.roles.all().delete()
    _write_needs([IncidentTypeNeed(incident_type=incident_type) for _need in needs], needs)
    for spec in roles:
        role = RoleTemplate(
            incident_type=incident_type,
            name=spec.name,
            resource_kind=spec.resource_kind,
            crew_size=spec.crew_size,
        )
        role.full_clean()
        role.save()
        _write_needs([RoleNeed(role=role) for _need in spec.needs], spec.needs)
    record(actor=actor, action="created" if is_new else "changed", obj=incident_type)
    return incident_type


def _write_needs(rows: Sequence[NeedFields], needs: Sequence[NeedSpec]) -> None:
    known = Characteristic.objects.select_related("rating_model").in_bulk(
        [need.characteristic_id for need in needs]
    )
    for row, need in zip(rows, needs, strict=True):
        row.characteristic = known[need.characteristic_id]
        row.minimum_rating = need.minimum_rating
        row.full_clean()
        row.save()
