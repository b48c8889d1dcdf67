"""Work orders: made with their requirements, canceled, and kept in step with their bookings."""

import pytest
from django.db import models

from doorstep.domain.customers.models import Account
from doorstep.domain.resources.models import ResourceKind
from doorstep.domain.work.errors import ForeignToAccount, NoDuration, WorkOrderClosed
from doorstep.domain.work.models import IncidentType, RequirementStatus, SystemStatus, WorkOrder
from doorstep.domain.work.services.work_orders import (
    cancel_work_order,
    create_work_order,
    set_system_status,
)
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from tests.factories.customers import acme, carol, make_asset, make_contact, make_location
from tests.factories.organization import make_territory
from tests.factories.resources import make_characteristic
from tests.factories.work import make_incident_type, make_role

pytestmark = pytest.mark.django_db


def create(incident_type: IncidentType | None = None, **overrides: object) -> WorkOrder:
    values: dict[str, object] = {
        "account": acme(),
        "reported_by": None,
        "incident_type": incident_type or make_incident_type(),
        "place": acme(),
        "actor": SYSTEM,
    }
    return create_work_order(**(values | overrides))  # type: ignore[arg-type]


def test_numbers_follow_each_other() -> None:
    first, second = create(), create()

    assert first.number.startswith("WO-")
    assert len(first.number) == 9
    assert int(second.number[3:]) == int(first.number[3:]) + 1


def test_it_keeps_its_address_when_the_account_moves() -> None:
    work_order = create()

    Account.objects.update(street="1 New Road", latitude=1.0, longitude=1.0)

    kept = WorkOrder.objects.get(pk=work_order.pk)
    assert (kept.street, kept.latitude) == ("12 Deansgate", 53.48)


def test_it_takes_the_address_of_the_place_of_work() -> None:
    shed = make_location(account=acme(), street="3 Canal Street", latitude=53.47, longitude=-2.2)

    work_order = create(place=shed, location=shed)

    assert work_order.street == "3 Canal Street"
    assert work_order.location == shed


def test_a_place_without_zone_has_that_of_the_account() -> None:
    shed = make_location(account=acme(), street="3 Canal Street")

    assert create(place=shed).time_zone == "Europe/London"


def test_it_takes_the_territory_of_the_account() -> None:
    north, account = make_territory(), acme()
    account.territory = north
    account.save()

    assert create(account=account).territory == north


def test_access_notes_of_account_and_location_go_along() -> None:
    account = acme()
    account.instructions = "Ring twice."
    shed = make_location(account=account, access_notes="Key under the mat.")

    work_order = create(account=account, location=shed)

    assert work_order.instructions == "Ring twice.\nKey under the mat."


def test_it_knows_what_it_is_for() -> None:
    service = make_incident_type(work_location="agnostic")
    boiler = make_asset(account=acme())

    work_order = create(service, reported_by=carol(), asset=boiler)

    assert work_order.work_order_type == service.work_order_type
    assert work_order.work_location == "agnostic"
    assert (work_order.reported_by, work_order.asset) == (carol(), boiler)
    assert work_order.system_status == SystemStatus.UNSCHEDULED


def test_an_incident_type_without_roles_makes_one_requirement() -> None:
    gas = make_characteristic()

    [requirement] = create(make_incident_type(needs={gas: 4}, crew_size=2)).requirements.all()

    assert (requirement.duration_minutes, requirement.crew_size) == (60, 2)
    [need] = requirement.needs.all()
    assert (need.characteristic, need.minimum_rating) == (gas, 4)


def test_each_role_makes_a_requirement_in_the_same_order() -> None:
    gas = make_characteristic()
    service = make_incident_type(roles={"Fitter": {gas: 2}})
    make_role(service, "Crane", resource_kind=ResourceKind.EQUIPMENT)

    fitter, crane = create(service).requirements.order_by("pk")

    assert [need.minimum_rating for need in fitter.needs.all()] == [2]
    assert (crane.name, crane.resource_kind) == ("Crane", ResourceKind.EQUIPMENT)


@pytest.mark.parametrize(
    ("part", "make"),
    [("asset", make_asset), ("location", make_location), ("reported_by", make_contact)],
)
def test_nothing_of_another_account_gets_in(part: str, make: type[models.Model]) -> None:
    with pytest.raises(ForeignToAccount):
        create(**{part: make()})

    assert not WorkOrder.objects.exists()


def test_without_a_duration_there_is_no_work_order() -> None:
    with pytest.raises(NoDuration):
        create(make_incident_type(duration_minutes=None, is_customer_bookable=False))


def test_the_making_is_in_its_history() -> None:
    assert [entry.action for entry in history_of(create())] == ["created"]


# --- Status ------------------------------------------------------------------------------------


def test_the_status_follows_the_bookings() -> None:
    work_order = create()

    assert set_system_status(work_order=work_order, status=SystemStatus.SCHEDULED)

    assert WorkOrder.objects.get().system_status == SystemStatus.SCHEDULED


def test_the_same_status_again_is_no_change() -> None:
    assert not set_system_status(work_order=create(), status=SystemStatus.UNSCHEDULED)


@pytest.mark.parametrize("closed", [SystemStatus.POSTED, SystemStatus.CANCELED])
def test_a_closed_work_order_stays_closed(closed: SystemStatus) -> None:
    work_order = create()
    WorkOrder.objects.update(system_status=closed)

    assert not set_system_status(work_order=work_order, status=SystemStatus.SCHEDULED)


def test_canceling_cancels_what_was_required() -> None:
    work_order = create()

    canceled = cancel_work_order(work_order=work_order, actor=SYSTEM)

    assert canceled.system_status == SystemStatus.CANCELED
    assert work_order.requirements.get().status == RequirementStatus.CANCELED


@pytest.mark.parametrize(
    "status", [SystemStatus.COMPLETED, SystemStatus.POSTED, SystemStatus.CANCELED]
)
def test_what_is_over_cannot_be_canceled(status: SystemStatus) -> None:
    work_order = create()
    WorkOrder.objects.update(system_status=status)

    with pytest.raises(WorkOrderClosed, match=work_order.number):
        cancel_work_order(work_order=work_order, actor=SYSTEM)
