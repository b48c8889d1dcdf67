"""Sharing one's position while traveling, and only then."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.organization.models import Portal
from doorstep.domain.tracking.models import Position, SharingSession, TrackingSettings
from tests.factories.bookings import World
from tests.factories.customers import carol
from tests.factories.on_site import at, go

from .conftest import SignIn

PAUSE, RESUME, POSITIONS = (
    "/technician/sharing/pause/", "/technician/sharing/resume/", "/technician/positions/",
)  # fmt: skip


@pytest.fixture
def trip(visit: Booking, clock: time_machine.Traveller) -> Booking:
    Portal.objects.update(is_tracking_enabled=True)
    return go(visit, ParentStatus.TRAVELING, at(9))


def send(client: Client, **values: Any) -> Any:
    body = {"latitude": 53.4, "longitude": -2.3, "at": at(9, 1).isoformat(), "accuracy": 9}
    return client.post(POSITIONS, {"positions": [body | values]}, content_type="application/json")


def test_a_position_is_taken_on_ones_own_trip(
    toms: Client, trip: Booking, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=2))

    assert send(toms).json() == {"taken": 1, "refused": []}
    assert SharingSession.objects.get().booking == trip


def test_before_the_trip_nothing_is_taken(toms: Client, visit: Booking) -> None:
    answer = send(toms)

    assert (answer.status_code, answer.json()["error"]) == (409, "no_running_trip")
    assert not Position.objects.exists()


def test_after_the_arrival_nothing_is_taken(toms: Client, trip: Booking) -> None:
    go(trip, ParentStatus.IN_PROGRESS, at(9, 20))

    assert send(toms).status_code == 409


def test_customers_and_strangers_report_nothing(trip: Booking, sign_in: SignIn) -> None:
    assert send(sign_in(carol().user)).status_code == 404
    assert send(sign_in(None)).status_code == 302
    assert not Position.objects.exists()


def test_nonsense_is_refused(toms: Client, trip: Booking) -> None:
    answer = toms.post(POSITIONS, "[", content_type="application/json")

    assert answer.status_code == 400


def test_the_day_says_that_the_position_is_shared(
    toms: Client, visit: Booking, clock: time_machine.Traveller
) -> None:
    Portal.objects.update(is_tracking_enabled=True)
    assert "Your position is shared" not in toms.get("/technician/").content.decode()

    go(visit, ParentStatus.TRAVELING, at(9))
    assert "Your position is shared" in toms.get("/technician/").content.decode()

    go(visit, ParentStatus.IN_PROGRESS, at(9, 20))
    assert "Your position is shared" not in toms.get("/technician/").content.decode()


def test_a_pause_needs_a_reason(toms: Client, trip: Booking) -> None:
    answer = toms.post(PAUSE, {"reason": " "})

    assert answer.status_code == 409
    assert "Please say why" in answer.content.decode()


def test_a_pause_stops_the_reports_and_can_be_ended(
    toms: Client, trip: Booking, clock: time_machine.Traveller
) -> None:
    toms.post(PAUSE, {"reason": "Fuel"})
    assert send(toms).json()["error"] == "sharing_paused"
    shown = toms.get("/technician/").content.decode()
    assert "is paused" in shown
    assert "Fuel" in shown

    toms.post(RESUME)
    clock.shift(timedelta(minutes=2))
    assert send(toms).json()["taken"] == 1


@pytest.mark.parametrize("address", [PAUSE, RESUME, POSITIONS])
def test_get_changes_nothing(toms: Client, trip: Booking, address: str) -> None:
    assert toms.get(address).status_code == 405


def test_where_customers_cannot_follow_nothing_is_shared(
    toms: Client, trip: Booking, world: World
) -> None:
    Portal.objects.update(is_tracking_enabled=False)
    assert "is shared" not in toms.get("/technician/").content.decode()

    Portal.objects.update(is_tracking_enabled=True)
    TrackingSettings.objects.create(is_sharing_enabled=False)
    assert "is shared" not in toms.get("/technician/").content.decode()
    assert send(toms).json()["error"] == "sharing_off"
