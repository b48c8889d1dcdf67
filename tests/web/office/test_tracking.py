"""Tracking in the office: settings, trips, delays, keys, and a position typed by hand."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from doorstep.domain.bookings.models import Booking
from doorstep.domain.tracking.models import (
    Delay,
    Position,
    PositionKey,
    PositionSource,
    SharingSession,
    TrackingSettings,
)
from doorstep.domain.tracking.services.keys import find_key
from tests.conftest import NOW
from tests.factories.tracking import set_out

from .forms import run_dialog, send
from .world import World, page


@pytest.fixture
def trip(world: World) -> Booking:
    """Tom is on the way to Carol."""
    return set_out(world, now=NOW, booking=world.booking)  # type: ignore[arg-type]


def type_position(dispatcher: Client, world: World, latitude: str, longitude: str) -> str:
    address = f"{page(type(world.technician))}{world.technician.pk}/type_position/"
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        answer = run_dialog(dispatcher, address, latitude=latitude, longitude=longitude)
        return answer.content.decode()


def test_a_position_typed_by_hand_moves_the_marker(
    dispatcher: Client, world: World, trip: Booking
) -> None:
    type_position(dispatcher, world, "53.5", "-2.25")

    assert SharingSession.objects.get(ended_at=None).latitude == 53.5
    assert Position.objects.get().source == PositionSource.OFFICE


def test_without_a_trip_the_dialog_says_so(dispatcher: Client, world: World) -> None:
    told = type_position(dispatcher, world, "53.5", "-2.25")

    assert "only while you travel" in told
    assert not Position.objects.exists()


def test_no_place_on_earth_is_refused(dispatcher: Client, world: World, trip: Booking) -> None:
    assert "no place on earth" in type_position(dispatcher, world, "0", "0")


def test_the_trip_is_listed_as_under_way(dispatcher: Client, world: World, trip: Booking) -> None:
    type_position(dispatcher, world, "53.5", "-2.25")

    shown = dispatcher.get(page(SharingSession) + "?running=1").content.decode()
    assert world.technician.name in shown
    assert "On the way" in shown


def test_visits_late_now_can_be_listed(dispatcher: Client, world: World) -> None:
    late = NOW + timedelta(days=3, hours=5)
    Booking.objects.filter(pk=world.booking.pk).update(expected_late_at=late)
    for minutes in (0, 30):  # beside the one that is past
        Delay.objects.create(
            booking=world.booking,
            noticed_at=NOW,
            expected_at=late + timedelta(minutes=minutes),
            promised_from=world.booking.promised_from,
            promised_to=world.booking.promised_to,
        )

    assert dispatcher.get(page(Delay)).context["cl"].result_count == 3
    assert dispatcher.get(page(Delay) + "?late=1").context["cl"].result_count == 1


def test_a_key_is_shown_once(administrator: Client, world: World) -> None:
    answer = administrator.post(page(PositionKey, "add"), {"name": "Fleet"}, follow=True)
    shown = answer.content.decode()
    secret = shown.partition("shown this once: ")[2].partition("<")[0].strip()

    assert find_key(secret=secret, now=NOW) == PositionKey.objects.latest("pk")
    again = administrator.get(page(PositionKey, "change", PositionKey.objects.latest("pk").pk))
    assert secret not in again.content.decode()


def test_a_key_can_be_revoked(administrator: Client, world: World) -> None:
    key = PositionKey.objects.get()
    run_dialog(administrator, f"{page(PositionKey)}{key.pk}/revoke/")

    key.refresh_from_db()
    assert key.revoked_at is not None


def test_dispatchers_see_no_keys(dispatcher: Client, world: World) -> None:
    assert dispatcher.get(page(PositionKey)).status_code in (403, 404)


def test_the_company_sets_how_long_positions_are_kept(administrator: Client, world: World) -> None:
    address = page(TrackingSettings, "change", 1)

    assert (
        "less than or equal to 168"
        in send(administrator, address, keep_hours="200").content.decode()
    )
    send(administrator, address, keep_hours="48")
    assert TrackingSettings.objects.get().keep_hours == 48
