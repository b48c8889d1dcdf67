"""Saving a kind of job."""

import pytest
from django.core.exceptions import ValidationError

from doorstep.domain.resources.models import ResourceKind
from doorstep.domain.work.errors import NeedsAndRoles
from doorstep.domain.work.models import IncidentType
from doorstep.domain.work.selectors import NeedSpec, RoleSpec, needed_roles
from doorstep.domain.work.services.incident_types import save_incident_type
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from tests.factories.resources import make_characteristic
from tests.factories.work import make_incident_type

pytestmark = pytest.mark.django_db


def test_a_new_kind_of_job_has_its_needs() -> None:
    gas = make_characteristic()

    service = save_incident_type(
        incident_type=IncidentType(name="Leak"), needs=[NeedSpec(gas.pk, 2)], actor=SYSTEM
    )

    assert needed_roles(service)[0].needs == (NeedSpec(gas.pk, 2),)
    assert [entry.action for entry in history_of(service)] == ["created"]


def test_roles_take_the_place_of_needs() -> None:
    gas = make_characteristic()
    service = make_incident_type(needs={gas: 2})
    roles = (
        RoleSpec(0, "Fitter", ResourceKind.USER, 0, (NeedSpec(gas.pk, 3),)),
        RoleSpec(1, "Crane", ResourceKind.EQUIPMENT, 0, ()),
    )

    save_incident_type(incident_type=service, roles=roles, actor=SYSTEM)

    assert needed_roles(service) == roles
    assert not service.needs.exists()


def test_needs_and_roles_exclude_each_other() -> None:
    gas = make_characteristic()
    service = make_incident_type()

    with pytest.raises(NeedsAndRoles):
        save_incident_type(
            incident_type=service,
            needs=[NeedSpec(gas.pk)],
            roles=[RoleSpec(0, "Fitter", ResourceKind.USER, 0, ())],
            actor=SYSTEM,
        )

    assert not service.roles.exists()


@pytest.mark.parametrize("field", ["customer_name", "work_order_type", "duration_minutes"])
def test_what_customers_could_not_book_is_not_offered(field: str) -> None:
    service = make_incident_type()
    setattr(service, field, "" if field == "customer_name" else None)

    with pytest.raises(ValidationError) as refusal:
        save_incident_type(incident_type=service, actor=SYSTEM)

    assert field in refusal.value.message_dict


def test_a_rating_off_the_scale_leaves_everything_as_it_was() -> None:
    gas = make_characteristic()
    service = make_incident_type(needs={gas: 2})

    with pytest.raises(ValidationError):
        save_incident_type(incident_type=service, needs=[NeedSpec(gas.pk, 6)], actor=SYSTEM)

    assert needed_roles(service)[0].needs == (NeedSpec(gas.pk, 2),)


def test_a_job_nobody_can_do_may_be_saved() -> None:
    service = make_incident_type()

    assert save_incident_type(
        incident_type=service, needs=[NeedSpec(make_characteristic().pk)], actor=SYSTEM
    )
