"""Kinds of job."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from doorstep.domain.resources.models import Characteristic
from doorstep.domain.work.models import (
    IncidentType,
    IncidentTypeNeed,
    RoleNeed,
    RoleTemplate,
    WorkOrderType,
)

Needs = Mapping[Characteristic, int | None]
_numbers = count(1)


def make_work_order_type(**overrides: Any) -> WorkOrderType:
    return WorkOrderType.objects.create(**({"name": f"Type {next(_numbers)}"} | overrides))


def make_incident_type(
    *,
    needs: Needs | None = None,
    roles: Mapping[str, Needs] | None = None,
    **overrides: Any,
) -> IncidentType:
    """An hour of work that customers may book.

    `needs` of its one role, or `roles` by name with the needs of each; see also `make_role`.
    """
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"Service {number}",
        "customer_name": f"Boiler service {number}",
        "duration_minutes": 60,
        "is_customer_bookable": True,
    }
    if "work_order_type" not in overrides:
        values["work_order_type"] = make_work_order_type()
    incident_type = IncidentType.objects.create(**(values | overrides))
    for characteristic, rating in (needs or {}).items():
        IncidentTypeNeed.objects.create(
            incident_type=incident_type, characteristic=characteristic, minimum_rating=rating
        )
    for name, role_needs in (roles or {}).items():
        make_role(incident_type, name, needs=role_needs)
    return incident_type


def make_role(
    incident_type: IncidentType, name: str, *, needs: Needs | None = None, **overrides: Any
) -> RoleTemplate:
    role = RoleTemplate.objects.create(incident_type=incident_type, name=name, **overrides)
    for characteristic, rating in (needs or {}).items():
        RoleNeed.objects.create(role=role, characteristic=characteristic, minimum_rating=rating)
    return role
