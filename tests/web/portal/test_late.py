"""A visit that is expected late: its customer waits, or chooses another time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.tracking.models import Delay, DelayAnswer
from tests.conftest import NOW
from tests.factories.bookings import World, book, make_link, make_world
from tests.factories.customers import mallory
from tests.factories.on_site import at
from tests.factories.tracking import become, expect_late

pytestmark = pytest.mark.django_db
TITLE = "will probably be later than promised"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Half past eleven on the day of the visit."""
    cache.clear()
    with time_machine.travel(at(11, 30), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def booking(world: World) -> Booking:
    """Promised for 10 to 12, expected at 13:38."""
    booking = book(world, now=NOW)
    expect_late(booking, expected_at=at(13, 38))
    return booking


@pytest.fixture
def carols(world: World) -> Client:
    client = Client()
    assert world.contact.user is not None
    client.force_login(world.contact.user)
    return client


def test_the_page_says_when_and_what_can_be_done(carols: Client, booking: Booking) -> None:
    shown = carols.get(f"/visits/{booking.code}/").content.decode()

    assert TITLE in shown
    assert "Expected around 13:40, London time" in shown
    assert "/move/?day=2026-11-26" in shown
    assert "/move/?day=2026-11-27" in shown
    assert "It was planned for" in shown
    assert "The technician arrives between" not in shown


def test_the_list_of_visits_says_so_too_until_the_technician_sets_out(
    carols: Client, booking: Booking, clock: time_machine.Traveller
) -> None:
    assert "Expected around 13:40, London time" in carols.get("/").content.decode()

    clock.shift(timedelta(hours=1))
    become(booking, ParentStatus.TRAVELING, at=at(12, 30))
    assert "Expected around" not in carols.get("/").content.decode()


def test_who_waits_says_so_once(carols: Client, booking: Booking) -> None:
    answer = carols.post(f"/visits/{booking.code}/keep/", follow=True)

    assert "Thank you for waiting" in answer.content.decode()
    assert Delay.objects.get().answer == DelayAnswer.KEEP
    assert "I will wait" not in answer.content.decode()


def test_times_of_today_are_offered(carols: Client, booking: Booking) -> None:
    shown = carols.get(f"/visits/{booking.code}/move/?day=2026-11-26").content.decode()

    assert "20261126T130000Z-20261126T150000Z" in shown


def test_by_the_link_of_the_message_it_works_without_sign_in(booking: Booking) -> None:
    client = Client()
    page = client.get(make_link(booking, now=at(11)), follow=True)
    assert TITLE in page.content.decode()

    client.post(f"/visit/{booking.code}/keep/")
    assert Delay.objects.get().answer == DelayAnswer.KEEP


def test_others_find_nothing_to_answer(booking: Booking) -> None:
    stranger = mallory()
    client = Client()
    assert stranger.user is not None
    client.force_login(stranger.user)

    assert client.post(f"/visits/{booking.code}/keep/").status_code == 404
    assert Delay.objects.get().answer == ""


def test_a_look_answers_nothing(carols: Client, booking: Booking) -> None:
    assert carols.get(f"/visits/{booking.code}/keep/").status_code == 405


def test_once_the_technician_sets_out_there_is_nothing_to_choose(
    carols: Client, booking: Booking, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=1))
    become(booking, ParentStatus.TRAVELING, at=at(12, 30))

    assert TITLE not in carols.get(f"/visits/{booking.code}/").content.decode()


def test_on_time_after_all_it_says_so(carols: Client, booking: Booking) -> None:
    Booking.objects.update(expected_late_at=None)

    shown = carols.post(f"/visits/{booking.code}/keep/", follow=True).content.decode()
    assert "no longer expected late" in shown
