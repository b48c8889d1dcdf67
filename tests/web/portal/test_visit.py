"""Carol's visits: home, one visit, calendar, moving, canceling."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from doorstep.domain.bookings.models import Booking, BookingStatus, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from tests.factories.bookings import FRIDAY, World, book, window_key

from .journey import hidden, text_of

PHONE = "+44 161 496 0000"


@pytest.fixture
def visit(world: World) -> Booking:
    """Thursday, 10 to 12, booked on Monday."""
    world.portal.contact_phone = PHONE
    world.portal.save()
    return book(world, now=timezone.now())


def test_home_lists_what_is_coming(carols: Client, visit: Booking) -> None:
    page = text_of(carols.get("/"))

    assert "Thursday, 26 November 2026, 10:00–12:00 London time" in page
    assert "Modify" in page


def test_home_of_a_new_customer_says_what_to_do(carols: Client) -> None:
    assert "Nothing is planned." in text_of(carols.get("/"))


def test_a_traveling_visit_is_the_active_one(carols: Client, visit: Booking) -> None:
    _set_parent(visit, ParentStatus.TRAVELING)

    page = text_of(carols.get("/"))

    assert "Happening now" in page
    assert "Modify" not in page


def test_a_visit_in_progress_shows_modify_greyed_out(carols: Client, visit: Booking) -> None:
    _set_parent(visit, ParentStatus.IN_PROGRESS)

    response = carols.get("/")

    assert 'aria-disabled="true">Modify' in response.content.decode()
    assert f'href="/visits/{visit.code}/move/"' not in response.content.decode()


@pytest.mark.parametrize(
    "parent", [ParentStatus.IN_PROGRESS, ParentStatus.COMPLETED, ParentStatus.CANCELED]
)
def test_once_the_technician_is_there_nobody_is_announced_or_asked_to_prepare(
    parent: ParentStatus, carols: Client, world: World, visit: Booking
) -> None:
    world.service.preparation = "Please clear the space."
    world.service.save()
    announced = ("The technician arrives between", "Please clear the space.", "Add photos",
                 "Calendar file")  # fmt: skip
    before = text_of(carols.get(f"/visits/{visit.code}/"))
    _set_parent(visit, parent)
    after = text_of(carols.get(f"/visits/{visit.code}/"))

    assert [text for text in announced if text not in before] == []
    assert [text for text in announced if text in after] == []
    assert "It was planned for" in after


@pytest.mark.parametrize("parent", [ParentStatus.COMPLETED, ParentStatus.CANCELED])
def test_what_is_over_is_among_the_past(
    parent: ParentStatus, carols: Client, visit: Booking
) -> None:
    _set_parent(visit, parent)

    assert "Nothing is planned." in text_of(carols.get("/"))
    assert "26 November 2026" in text_of(carols.get("/?show=past"))


def test_home_asks_the_database_no_more_for_more_visits(
    carols: Client, world: World, visit: Booking, django_assert_max_num_queries
) -> None:
    for hour in (8, 13, 15):
        book(world, now=timezone.now(), key=window_key(FRIDAY, hour, hour + 2))

    with django_assert_max_num_queries(10):
        carols.get("/")


def test_inside_the_cutoff_the_page_says_why_and_whom_to_call(
    carols: Client, visit: Booking
) -> None:
    with time_machine.travel(visit.promised_from - timedelta(hours=23), tick=False):
        page = text_of(carols.get(f"/visits/{visit.code}/"))

    assert "It is too late to move or cancel this visit online" in page
    assert PHONE in page


def test_inside_the_cutoff_the_move_page_says_so_too(carols: Client, visit: Booking) -> None:
    with time_machine.travel(visit.promised_from - timedelta(hours=23), tick=False):
        page = text_of(carols.get(f"/visits/{visit.code}/move/"))

    assert "This visit cannot be moved here" in page
    assert PHONE in page


def test_inside_the_cutoff_a_cancellation_is_refused(carols: Client, visit: Booking) -> None:
    form = _cancel_form(carols, visit)
    with time_machine.travel(visit.promised_from - timedelta(hours=23), tick=False):
        response = carols.post(f"/visits/{visit.code}/cancel/", form, follow=True)

    visit.refresh_from_db()
    assert "It is too late to cancel" in text_of(response)
    assert visit.canceled_at is None


def test_moves_to_the_time_that_was_confirmed(carols: Client, visit: Booking) -> None:
    response = carols.post(f"/visits/{visit.code}/move/review/", _move_form(carols, visit))

    visit.refresh_from_db()
    assert response.headers["Location"] == f"/visits/{visit.code}/?done=moved"
    assert visit.promised_from.date() == FRIDAY


def test_moves_once_however_often_the_form_is_sent(carols: Client, visit: Booking) -> None:
    form = _move_form(carols, visit)

    first = carols.post(f"/visits/{visit.code}/move/review/", form)
    second = carols.post(f"/visits/{visit.code}/move/review/", form)

    assert first.headers["Location"] == second.headers["Location"]


def test_shows_old_and_new_time_before_moving(carols: Client, visit: Booking) -> None:
    carols.post(f"/visits/{visit.code}/move/", {"key": window_key(FRIDAY)})

    page = text_of(carols.get(f"/visits/{visit.code}/move/review/"))

    assert "Old time Thu 26 Nov" in page
    assert "New time Fri 27 Nov" in page


def test_marks_the_time_a_visit_has_now(carols: Client, visit: Booking) -> None:
    page = text_of(carols.get(f"/visits/{visit.code}/move/?day=2026-11-26"))

    assert "10:00–12:00 London time Your time now" in page


def test_moving_names_the_duration_the_visit_was_booked_with(
    carols: Client, world: World, visit: Booking
) -> None:
    world.service.duration_minutes = 150
    world.service.save()

    page = text_of(carols.get(f"/visits/{visit.code}/move/"))

    assert "about 1 hour" in page
    assert "about 2 h" not in page


def test_choosing_the_same_time_changes_nothing(carols: Client, visit: Booking) -> None:
    response = carols.post(f"/visits/{visit.code}/move/", {"key": window_key()}, follow=True)

    assert "Nothing was changed" in text_of(response)


def test_keeps_the_old_time_while_the_new_one_is_only_held(carols: Client, visit: Booking) -> None:
    carols.post(f"/visits/{visit.code}/move/", {"key": window_key(FRIDAY)})

    assert "10:00–12:00 Thursday, 26 November" in text_of(carols.get(f"/visits/{visit.code}/"))


def test_refuses_to_move_what_was_moved_meanwhile(carols: Client, visit: Booking) -> None:
    form = _move_form(carols, visit)
    Booking.objects.update(version=7)

    response = carols.post(f"/visits/{visit.code}/move/review/", form, follow=True)

    assert "changed meanwhile" in text_of(response)


def test_cancels_with_the_reason_she_gave(carols: Client, visit: Booking) -> None:
    form = _cancel_form(carols, visit) | {"reason": "solved", "note": "It works\nagain"}

    carols.post(f"/visits/{visit.code}/cancel/", form)

    visit.refresh_from_db()
    assert visit.cancel_reason == "It is no longer needed: It works again"


def test_offers_to_move_before_canceling(carols: Client, visit: Booking) -> None:
    page = text_of(carols.get(f"/visits/{visit.code}/cancel/"))

    assert page.index("Move the visit instead") < page.index("Why do you cancel?")


def test_looking_changes_nothing(carols: Client, visit: Booking) -> None:
    for path in ("", "visit.ics", "move/", "cancel/"):
        carols.get(f"/visits/{visit.code}/{path}")

    visit.refresh_from_db()
    assert (visit.version, visit.canceled_at) == (1, None)


def test_the_calendar_file_holds_the_promised_window(carols: Client, visit: Booking) -> None:
    response = carols.get(f"/visits/{visit.code}/visit.ics")

    event = Calendar.from_ical(response.content).walk("VEVENT")[0]
    assert response.headers["Content-Type"].startswith("text/calendar")
    assert event["DTSTART"].dt == visit.promised_from
    assert event["DTEND"].dt == visit.promised_to


def test_the_calendar_file_of_a_canceled_visit_says_so(carols: Client, visit: Booking) -> None:
    carols.post(f"/visits/{visit.code}/cancel/", _cancel_form(carols, visit))

    response = carols.get(f"/visits/{visit.code}/visit.ics")

    assert b"STATUS:CANCELLED" in response.content


def test_shows_the_time_of_the_place_of_work_wherever_the_office_is(
    carols: Client, world: World
) -> None:
    account = world.contact.account
    account.time_zone = "Europe/Lisbon"
    account.save()
    booking = book(world, now=timezone.now())

    assert "Lisbon time" in text_of(carols.get(f"/visits/{booking.code}/"))


def _set_parent(visit: Booking, parent: ParentStatus) -> BookingStatus:
    visit.status = get_default_status(parent)
    visit.save()
    return visit.status


def _move_form(client: Client, visit: Booking) -> dict[str, str]:
    client.post(f"/visits/{visit.code}/move/", {"key": window_key(FRIDAY)})
    review = client.get(f"/visits/{visit.code}/move/review/")
    return {name: hidden(review, name) for name in ("hold", "request_key", "version")}


def _cancel_form(client: Client, visit: Booking) -> dict[str, str]:
    page = client.get(f"/visits/{visit.code}/cancel/")
    return {name: hidden(page, name) for name in ("request_key", "version")}
