"""Time off from the technician's phone: one's own only."""

import pytest
from django.test import Client

from doorstep.domain.resources.models import TimeOff, TimeOffState
from tests.factories.bookings import World
from tests.factories.on_site import at
from tests.factories.resources import tina

PAGE = "/technician/time-off/"


@pytest.mark.parametrize("needs_approval", [False, True])
def test_it_counts_at_once_unless_the_office_decides(
    world: World, toms: Client, needs_approval: bool
) -> None:
    world.technician.time_off_needs_approval = needs_approval
    world.technician.save()

    answer = toms.post(PAGE, {"first": "2026-12-01", "last": "2026-12-02", "reason": "Move"})

    assert answer.url == PAGE
    row = TimeOff.objects.get()
    assert row.state == (TimeOffState.REQUESTED if needs_approval else TimeOffState.APPROVED)
    assert (row.starts_at.isoformat(), row.ends_at.isoformat()) == (
        "2026-12-01T00:00:00+00:00", "2026-12-03T00:00:00+00:00",
    )  # fmt: skip
    word = "Waiting for the office" if needs_approval else "Approved"
    assert word in toms.get(PAGE).content.decode()


def test_some_hours_of_a_day_can_be_taken(world: World, toms: Client) -> None:
    values = {"first": "2026-12-01", "last": "2026-12-01", "from_time": "14:00", "to_time": "15:30"}

    toms.post(PAGE, values)

    assert "14:00–15:30" in toms.get(PAGE).content.decode()


def test_what_overlaps_is_refused_with_the_reason(world: World, toms: Client) -> None:
    values = {"first": "2026-12-01", "last": "2026-12-01"}
    toms.post(PAGE, values)

    answer = toms.post(PAGE, values)

    assert answer.status_code == 409
    assert "has time off then already" in answer.content.decode()


def test_a_last_day_before_the_first_is_told_at_the_field(world: World, toms: Client) -> None:
    answer = toms.post(PAGE, {"first": "2026-12-02", "last": "2026-12-01"})

    assert answer.status_code == 400
    assert "The last day lies before the first." in answer.content.decode()


def test_what_has_not_begun_can_be_withdrawn(world: World, toms: Client) -> None:
    toms.post(PAGE, {"first": "2026-12-01", "last": "2026-12-01"})

    toms.post(f"{PAGE}{TimeOff.objects.get().pk}/withdraw/")

    assert not TimeOff.objects.exists()


def test_what_has_begun_stays(world: World, toms: Client) -> None:
    row = TimeOff.objects.create(resource=world.technician, starts_at=at(8), ends_at=at(17))

    answer = toms.post(f"{PAGE}{row.pk}/withdraw/", follow=True)

    assert TimeOff.objects.filter(pk=row.pk).exists()
    assert "has begun already" in answer.content.decode()


def test_time_off_of_others_does_not_exist(world: World, toms: Client) -> None:
    row = TimeOff.objects.create(resource=tina(), starts_at=at(20), ends_at=at(21))

    assert toms.post(f"{PAGE}{row.pk}/withdraw/").status_code == 404
    assert TimeOff.objects.filter(pk=row.pk).exists()
