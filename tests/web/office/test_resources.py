"""Technicians, their hours and skills, and their time off, made in the office."""

import datetime as dt

from django.test import Client
from django.utils import timezone

from doorstep.domain.resources.events import TimeOffApproved
from doorstep.domain.resources.models import BookableResource, TimeOff, TimeOffState, WorkHours
from tests.factories.resources import make_characteristic, make_crew, make_technician, tina, tom

from .forms import errors_of, fields_of, row, run_dialog, send
from .news import published
from .world import World, page

WEEK = {
    "kind": "work", "weekdays": ["0", "1", "2"], "from_time": "08:00", "to_time": "16:30",
    "every_weeks": "1",
}  # fmt: skip


def test_a_technician_is_made_with_hours_and_skills(dispatcher: Client, world: World) -> None:
    skill = make_characteristic()
    send(
        dispatcher, page(BookableResource, "add"), name="Nora", latitude="53.4", longitude="-2.2",
        **row("work_hours", **WEEK),
        **row("characteristics", characteristic=str(skill.pk), rating="4"),
    )  # fmt: skip
    nora = BookableResource.objects.get(name="Nora")
    assert nora.work_hours.get().weekdays == [0, 1, 2]
    assert nora.characteristics.get().rating == 4


def test_weekdays_come_back_as_they_were(dispatcher: Client, world: World) -> None:
    technician = make_technician()
    hours = technician.work_hours.order_by("pk").first()
    assert hours is not None
    send(dispatcher, page(BookableResource, "change", technician.pk), name="Renamed")
    hours.refresh_from_db()
    assert hours.weekdays == [0, 1, 2, 3, 4]


def test_hours_without_a_day_are_an_error_of_the_form(dispatcher: Client, world: World) -> None:
    technician = make_technician(works=False)
    address = page(BookableResource, "change", technician.pk)
    answer = send(dispatcher, address, **row("work_hours", **(WEEK | {"weekdays": []})))
    assert "Choose at least one day" in errors_of(answer)
    assert not WorkHours.objects.filter(resource=technician).exists()


def test_a_rating_off_the_scale_is_an_error_of_the_form(dispatcher: Client, world: World) -> None:
    skill, technician = make_characteristic(), make_technician()
    address = page(BookableResource, "change", technician.pk)
    answer = send(
        dispatcher, address, **row("characteristics", characteristic=str(skill.pk), rating="9")
    )
    assert "Choose a rating from 1 to 5" in errors_of(answer)


def test_only_crews_have_members(dispatcher: Client, world: World) -> None:
    address = page(BookableResource, "change", tom().pk)
    answer = send(dispatcher, address, **row("memberships", member=str(tina().pk)))
    assert "Only a resource of kind crew has members" in errors_of(answer)


def test_nobody_is_in_a_crew_twice_at_once(dispatcher: Client, world: World) -> None:
    crew = make_crew([tom()])
    again = row("memberships", 1, member=str(tom().pk), from_on="2026-12-01")
    answer = send(dispatcher, page(BookableResource, "change", crew.pk), **again)
    assert "is a member of this crew in that time already" in errors_of(answer)


def absence(days: int = 30) -> dict[str, str]:
    day = (timezone.now() + dt.timedelta(days=days)).date().isoformat()
    return {
        "starts_at_0": day, "starts_at_1": "09:00", "ends_at_0": day, "ends_at_1": "17:00",
        "reason": "Dentist",
    }  # fmt: skip


def test_time_off_is_approved_at_once_and_announced(dispatcher: Client, world: World) -> None:
    send(dispatcher, page(TimeOff, "add"), resource=str(tina().pk), **absence())
    time_off = TimeOff.objects.get(reason="Dentist")
    assert time_off.state == TimeOffState.APPROVED
    assert TimeOffApproved(time_off.pk) in published(TimeOffApproved)


def test_times_are_the_companys(dispatcher: Client, world: World) -> None:
    times = {"starts_at_0": "2027-07-01", "starts_at_1": "09:00",
             "ends_at_0": "2027-07-01", "ends_at_1": "17:00"}  # fmt: skip
    send(dispatcher, page(TimeOff, "add"), resource=str(tina().pk), reason="Summer", **times)
    starts_at = TimeOff.objects.get(reason="Summer").starts_at
    assert starts_at == dt.datetime(2027, 7, 1, 8, 0, tzinfo=dt.UTC)  # London in summer


def test_overlapping_time_off_is_an_error_of_the_form(dispatcher: Client, world: World) -> None:
    send(dispatcher, page(TimeOff, "add"), resource=str(tina().pk), **absence())
    answer = send(dispatcher, page(TimeOff, "add"), resource=str(tina().pk), **absence())
    assert "has time off then already" in errors_of(answer)


def test_requested_time_off_is_decided_once(dispatcher: Client, world: World) -> None:
    technician = make_technician(time_off_needs_approval=True)
    send(dispatcher, page(TimeOff, "add"), resource=str(technician.pk), **absence())
    time_off = TimeOff.objects.get(resource=technician)
    assert time_off.state == TimeOffState.REQUESTED
    run_dialog(dispatcher, f"{page(TimeOff)}{time_off.pk}/reject/")
    time_off.refresh_from_db()
    assert time_off.state == TimeOffState.REJECTED
    assert dispatcher.get(f"{page(TimeOff)}{time_off.pk}/approve/").status_code == 404


def test_approved_time_off_has_no_fields_to_change(dispatcher: Client, world: World) -> None:
    address = page(TimeOff, "change", TimeOff.objects.get().pk)
    assert "starts_at_0" not in fields_of(dispatcher, address)


def test_time_off_is_taken_back(dispatcher: Client, world: World) -> None:
    run_dialog(dispatcher, f"{page(TimeOff)}{TimeOff.objects.get().pk}/take_back/")
    assert not TimeOff.objects.exists()
