"""Work orders, bookings and holds in the office."""

from django.test import Client

from doorstep.domain.bookings.models import (
    Booking,
    BookingStatus,
    Hold,
    ParentStatus,
    ResourceBlock,
)
from doorstep.domain.work.models import IncidentType, SystemStatus, WorkOrder
from doorstep.platform.audit.selectors import history_of
from tests.factories.customers import carol, make_asset, make_contact, make_location
from tests.factories.identity import dana

from .forms import errors_of, fields_of, run_dialog, send
from .world import World, page


def test_a_work_order_gets_number_requirement_and_address(dispatcher: Client, world: World) -> None:
    account = carol().account
    location = make_location(
        account=account, name="Shop", street="1 Chapel Street", city="Salford",
        latitude=53.485, longitude=-2.262,
    )  # fmt: skip
    send(
        dispatcher, page(WorkOrder, "add"), account=str(account.pk),
        incident_type=str(world.service.pk), location=str(location.pk), summary="Made by Dana",
    )  # fmt: skip
    made = WorkOrder.objects.get(summary="Made by Dana")
    assert (made.number[:3], made.street) == ("WO-", "1 Chapel Street")
    assert made.requirements.count() == 1
    assert [(entry.action, entry.actor) for entry in history_of(made)] == [("created", dana())]


def test_parts_of_another_account_are_refused(dispatcher: Client, world: World) -> None:
    answer = send(
        dispatcher, page(WorkOrder, "add"), account=str(carol().account_id),
        incident_type=str(world.service.pk), reported_by=str(make_contact().pk),
        asset=str(make_asset().pk), summary="Kept",
    )  # fmt: skip
    assert errors_of(answer).count("belongs to another account") == 2
    assert "Kept" in answer.content.decode()


def test_a_job_without_duration_is_refused(dispatcher: Client, world: World) -> None:
    vague = IncidentType.objects.create(name="Vague")
    answer = send(
        dispatcher, page(WorkOrder, "add"),
        account=str(carol().account_id), incident_type=str(vague.pk),
    )  # fmt: skip
    assert "Without a duration" in errors_of(answer)


def test_its_page_shows_what_is_required_booked_said_and_done(
    dispatcher: Client, world: World
) -> None:
    content = dispatcher.get(page(WorkOrder, "change", world.work_order.pk)).content.decode()
    assert "Thu, 26 Nov" in content
    assert "10:00–12:00, London time" in content
    assert "Tom Technician" in content
    assert "The bell is broken." in content
    assert f"confirmed: {world.booking.number}" in content
    assert "60 min" in content


def test_the_address_stays_while_a_visit_is_planned_to_it(dispatcher: Client, world: World) -> None:
    assert "street" not in fields_of(dispatcher, page(WorkOrder, "change", world.work_order.pk))


def test_a_work_order_with_visits_is_not_canceled_behind_their_back(
    dispatcher: Client, world: World
) -> None:
    address = f"{page(WorkOrder)}{world.work_order.pk}/cancel/"
    answer = run_dialog(dispatcher, address)
    assert "Cancel its visits first" in answer.content.decode()
    world.work_order.refresh_from_db()
    assert world.work_order.system_status == SystemStatus.SCHEDULED


def test_times_of_a_visit_cannot_be_typed(administrator: Client, world: World) -> None:
    address = page(Booking, "change", world.booking.pk)
    answer = administrator.post(address, {"promised_from_0": "2026-12-01"})
    assert answer.status_code == 404
    content = administrator.get(address).content.decode()
    assert "Times are not typed here" in content
    assert 'name="promised_from' not in content


def test_a_visit_is_canceled_with_a_reason_and_frees_its_time(
    dispatcher: Client, world: World
) -> None:
    address = f"{page(Booking)}{world.booking.pk}/cancel_visit/"
    run_dialog(dispatcher, address, reason="The boiler exploded.")
    world.booking.refresh_from_db()
    assert world.booking.parent_status == ParentStatus.CANCELED
    assert world.booking.cancel_reason == "The boiler exploded."
    assert not ResourceBlock.objects.filter(assignment__booking=world.booking).exists()
    assert history_of(world.booking)[0].actor == dana()


def test_without_a_reason_nothing_is_canceled(dispatcher: Client, world: World) -> None:
    address = f"{page(Booking)}{world.booking.pk}/cancel_visit/"
    answer = run_dialog(dispatcher, address, reason="")
    assert "This field is required" in answer.content.decode()
    world.booking.refresh_from_db()
    assert world.booking.parent_status == ParentStatus.SCHEDULED


def test_a_status_that_may_not_follow_is_refused(dispatcher: Client, world: World) -> None:
    canceled = BookingStatus.objects.get(parent=ParentStatus.CANCELED)
    address = f"{page(Booking)}{world.booking.pk}/set_new_status/"
    run_dialog(dispatcher, address, status=str(canceled.pk))
    world.booking.refresh_from_db()
    assert world.booking.parent_status == ParentStatus.SCHEDULED


def test_a_visit_gets_the_next_status(dispatcher: Client, world: World) -> None:
    traveling = BookingStatus.objects.get(parent=ParentStatus.TRAVELING)
    address = f"{page(Booking)}{world.booking.pk}/set_new_status/"
    run_dialog(dispatcher, address, status=str(traveling.pk))
    world.booking.refresh_from_db()
    assert world.booking.parent_status == ParentStatus.TRAVELING


def test_a_hold_is_released(dispatcher: Client, world: World) -> None:
    hold = Hold.objects.get()
    answer = run_dialog(dispatcher, f"{page(Hold)}{hold.pk}/release/")
    assert not Hold.objects.exists()
    assert answer.headers["HX-Redirect"] == page(Hold)


def test_actions_on_rows_that_are_gone_are_not_found(dispatcher: Client, world: World) -> None:
    for object_id in ("0", "abc", "9" * 30):
        answer = dispatcher.post(f"{page(Booking)}{object_id}/cancel_visit/", {"reason": "x"})
        assert answer.status_code in {200, 404}
