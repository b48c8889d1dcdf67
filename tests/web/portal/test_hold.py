"""A chosen time is held, can be held longer, is given back, and can be lost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.test import Client
from django.utils import timezone

from doorstep.domain.bookings.models import Booking, Hold
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.site_time import format_time
from tests.factories.bookings import World, run_out
from tests.factories.bookings import book as make_booking
from tests.factories.customers import mallory

from .journey import answers, choose_service, choose_time, text_of, up_to_review

LONDON = ZoneInfo("Europe/London")


def test_holds_longer_on_request(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    Hold.objects.update(expires_at=database_now() + timedelta(minutes=2))

    response = carols.post("/book/hold/extend/", {"page": "details"}, follow=True)

    until = Hold.objects.get().expires_at
    assert until > database_now() + timedelta(minutes=9)
    assert f"held until {format_time(until, LONDON)}, London time." in text_of(response)


def test_keeps_what_was_typed_when_holding_longer(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    response = carols.post(
        "/book/hold/extend/", {"page": "details", "details": "Ring twice"}, follow=True
    )

    assert "Ring twice" in text_of(response)


def test_gives_the_time_back_on_the_way_to_another(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    response = carols.post("/book/hold/release/")

    assert response.headers["Location"] == "/book/time/?day=2026-11-26"
    assert not Hold.objects.exists()


def test_an_expired_hold_leads_back_to_the_times(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    run_out(Hold.objects.get())

    response = carols.get("/book/details/", follow=True)

    assert "no longer held for you" in text_of(response)
    assert "Thursday, 26 November 2026" in text_of(response)


def test_keeps_details_typed_while_the_hold_ran_out(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)
    run_out(Hold.objects.get())
    carols.post("/book/details/", {"details": "Third floor"})
    choose_time(carols)

    response = carols.get("/book/details/")

    assert "Third floor" in text_of(response)


def test_somebody_faster_means_fresh_times_near_the_wanted_one(
    carols: Client, world: World
) -> None:
    choose_service(carols, world)
    _fill_thursday_morning(world)

    response = choose_time(carols)

    assert response.status_code == 409
    assert "Somebody was faster" in text_of(response)
    assert "Thursday, 26 November 2026" in text_of(response)


def test_losing_the_time_at_the_last_step_books_nothing_and_keeps_the_note(
    carols: Client, world: World
) -> None:
    form = answers(up_to_review(carols, world, details="Ring twice"))
    Hold.objects.all().delete()
    _fill_thursday_morning(world)

    response = carols.post("/book/review/", form, follow=True)

    assert "Please choose a time" in text_of(response)
    assert not Booking.objects.filter(booked_by=world.contact).exists()
    choose_time(carols, "20261127T100000Z-20261127T120000Z")
    assert "Ring twice" in text_of(carols.get("/book/details/"))


def test_reviewing_without_a_hold_leads_to_the_times(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get("/book/review/")

    assert response.headers["Location"] == "/book/time/"


def _fill_thursday_morning(world: World) -> None:
    """Mallory takes 10 to 12 until nobody else fits."""
    for _visit in range(2):
        make_booking(world, now=timezone.now(), contact=mallory())
