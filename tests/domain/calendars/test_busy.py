"""Appointments of a technician's own keep customers from booking her time, and say nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from doorstep.domain.bookings.errors import OfferGone
from doorstep.domain.bookings.models import BlockKind, Booking, ResourceBlock
from doorstep.domain.bookings.services.assign import TeamNotFree
from doorstep.domain.calendars.models import BusyTime, CalendarLink
from doorstep.domain.calendars.selectors import get_calendar_settings
from doorstep.domain.calendars.services.busy import forget_unwanted_busy, is_stale
from doorstep.domain.calendars.services.links import pause
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.lib.db import database_now
from tests.domain.calendars.scene import Scene
from tests.factories.calendars import set_calendar_settings
from tests.unit.connectors.calendar.worlds import Trouble

pytestmark = pytest.mark.django_db

EVERYWHERE = pytest.mark.parametrize("scene", ["outlook", "google", "caldav"], indirect=True)
# Thursday, all of the window that customers ask for.
FROM, TO = datetime(2026, 11, 26, 9, tzinfo=UTC), datetime(2026, 11, 26, 13, tzinfo=UTC)


def reads_busy(scene: Scene) -> None:
    set_calendar_settings(reads_busy=True)
    CalendarLink.objects.update(busy_tried_at=None)
    scene.sync()


def blocks() -> list[tuple[datetime, datetime]]:
    rows = ResourceBlock.objects.filter(kind=BlockKind.OUTSIDE).order_by("starts_at")
    return list(rows.values_list("starts_at", "ends_at"))


def test_without_the_setting_nothing_is_read(scene: Scene) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    scene.sync()
    assert not BusyTime.objects.exists()
    assert scene.book().pk


@EVERYWHERE
def test_a_private_appointment_takes_its_time_from_the_slot_search(scene: Scene) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    assert blocks() == [(FROM, TO)]
    with pytest.raises(OfferGone):
        scene.book()


def test_a_dispatcher_is_told_who_has_no_room_then(scene: Scene) -> None:
    booking = scene.book()
    friday = timedelta(days=1)
    scene.world.user_adds("Dentist", FROM + friday, TO + friday)
    reads_busy(scene)
    with pytest.raises(TeamNotFree, match=str(scene.company.technician)):
        scene.move(booking, days=1)


@EVERYWHERE
def test_a_private_appointment_shown_as_free_takes_no_time(scene: Scene) -> None:
    scene.world.user_adds("Birthday of Anna", FROM, TO, is_busy=False)
    reads_busy(scene)
    assert blocks() == []


@EVERYWHERE
def test_our_own_events_are_not_busy_times(scene: Scene) -> None:
    scene.book()
    scene.sync()
    reads_busy(scene)
    assert blocks() == []
    assert not BusyTime.objects.exists()


def test_a_visit_keeps_its_time_under_a_private_appointment(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    part = booking.assignments.get()
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    assert blocks() == [(FROM, part.starts_at), (part.ends_at, TO)]


def test_what_lay_under_a_visit_is_busy_again_when_the_visit_goes(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    scene.cancel(booking)
    asked = scene.world.requests()
    scene.sync()
    taken = sum((end - start for start, end in blocks()), timedelta())
    assert scene.world.requests() == asked
    assert taken >= TO - FROM - timedelta(hours=1, minutes=45)


def test_an_appointment_that_is_gone_gives_its_time_back(scene: Scene) -> None:
    reads_busy(scene)
    BusyTime.objects.create(link=scene.link, starts_at=FROM, ends_at=TO)
    scene.sync()
    assert blocks() == [(FROM, TO)]
    CalendarLink.objects.update(busy_tried_at=None)
    scene.sync()
    assert blocks() == []
    assert scene.book().pk


def test_what_is_unchanged_is_not_written_again(scene: Scene) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    before = list(ResourceBlock.objects.filter(kind=BlockKind.OUTSIDE).values_list("pk"))
    reads_busy(scene)
    assert list(ResourceBlock.objects.filter(kind=BlockKind.OUTSIDE).values_list("pk")) == before


def test_switched_off_again_the_time_is_free(scene: Scene) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    set_calendar_settings(reads_busy=False)
    assert forget_unwanted_busy() == 1
    assert blocks() == []


@pytest.mark.parametrize("what", ["calendar", "profile", "sync"])
def test_a_day_after_it_went_out_of_use_the_time_is_free(scene: Scene, what: str) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    CalendarLink.objects.update(busy_read_at=Now() - timedelta(hours=25))
    assert forget_unwanted_busy() == 0
    match what:
        case "calendar":
            pause(link=scene.link, actor=SYSTEM)
        case "profile":
            ConnectorAccount.objects.update(is_active=False)
        case "sync":
            set_calendar_settings(is_enabled=False)
    assert forget_unwanted_busy() == 1
    assert blocks() == []


def test_without_a_calendar_the_time_is_free(scene: Scene) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    scene.link.delete()
    forget_unwanted_busy()
    assert blocks() == []


def test_it_is_read_as_often_as_the_setting_says(scene: Scene) -> None:
    reads_busy(scene)
    asked = scene.world.requests()
    scene.sync()
    assert scene.world.requests() == asked
    CalendarLink.objects.update(busy_tried_at=Now() - timedelta(minutes=16))
    scene.sync()
    assert scene.world.requests() > asked


def test_old_busy_times_are_marked_as_stale_and_still_count(scene: Scene) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    settings = get_calendar_settings()
    at = database_now()
    assert not is_stale(scene.link, settings, at)
    assert is_stale(scene.link, settings, at + timedelta(minutes=46))
    scene.world.trouble(Trouble.DOWN)
    CalendarLink.objects.update(busy_tried_at=None)
    scene.sync()
    assert scene.link.busy_problem
    assert blocks() == [(FROM, TO)]


def test_nothing_but_times_is_stored(scene: Scene) -> None:
    scene.world.user_adds("Dentist, Dr. Miller", FROM, TO)
    reads_busy(scene)
    row = BusyTime.objects.values().get()
    assert "Dentist" not in str(row)
    assert not Booking.objects.exists()


def test_nobodys_calendar_is_read_who_works_here_no_more(scene: Scene) -> None:
    scene.world.user_adds("Dentist", FROM, TO)
    reads_busy(scene)
    BookableResource.objects.filter(pk=scene.link.resource_id).update(is_active=False)
    asked = scene.world.requests()
    reads_busy(scene)
    assert scene.world.requests() == asked
    forget_unwanted_busy()
    assert blocks() == []
    assert not BusyTime.objects.exists()
