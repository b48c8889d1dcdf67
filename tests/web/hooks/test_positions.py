"""Positions that a GPS platform reports."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.domain.tracking.models import Position, PositionKey, SharingSession, Tracker
from doorstep.domain.tracking.services.keys import new_secret, revoke_key
from doorstep.platform.audit.services import SYSTEM
from tests.factories.bookings import World, make_world
from tests.factories.tracking import set_out

pytestmark = pytest.mark.django_db
URL = "/hooks/positions/"


@pytest.fixture
def world(now: datetime) -> World:
    """Tom is on the way; his van is number 7."""
    world = make_world()
    booking = set_out(world, now=now)
    # The page's clock is the real one.
    booking.timestamps.update(at=timezone.now())
    Tracker.objects.create(device="van-7", resource=world.technician)
    return world


@pytest.fixture
def key(world: World) -> str:
    row = PositionKey(name="Fleet")
    secret = new_secret(row)
    row.save()
    return secret


def said(**values: Any) -> dict[str, Any]:
    return {
        "device": "van-7", "latitude": 53.4, "longitude": -2.3,
        "at": timezone.now().isoformat(), "accuracy": 8,
    } | values  # fmt: skip


def post(client: Client, body: Any, key: str) -> Any:
    return client.post(
        URL, body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )


def test_a_position_moves_the_marker_of_who_drives_the_van(client: Client, key: str) -> None:
    answer = post(client, said(), key)

    assert answer.json() == {"taken": 1, "refused": []}
    assert SharingSession.objects.get().latitude == 53.4


@pytest.mark.parametrize("given", ["", "wrong", "Bearer", "x" * 10_000])
def test_a_stranger_is_refused(client: Client, key: str, given: str) -> None:
    answer = post(client, said(), given)

    assert answer.status_code == 401
    assert not Position.objects.exists()


def test_a_revoked_key_is_refused_at_once(client: Client, key: str) -> None:
    revoke_key(key=PositionKey.objects.get(), actor=SYSTEM, now=timezone.now())

    assert post(client, said(), key).status_code == 401


def test_the_key_itself_is_not_stored(client: Client, key: str) -> None:
    row = PositionKey.objects.values().get()

    assert key not in str(row)


def test_of_many_each_is_taken_or_refused_by_itself(client: Client, key: str) -> None:
    answer = post(
        client,
        {"positions": [
            said(), said(device="van-8"), said(latitude="north"), said(at="yesterday"),
            said(latitude=0, longitude=0),
        ]},
        key,
    ).json()  # fmt: skip

    assert answer["taken"] == 1
    assert [each["index"] for each in answer["refused"]] == [1, 2, 3, 4]
    assert answer["refused"][0]["reason"] == "unknown_device"
    assert answer["refused"][3]["reason"] == "not_a_place"


def test_without_a_trip_nothing_is_taken(client: Client, key: str, world: World) -> None:
    world.technician.sharing.all().delete()
    world.technician.assignments.all().delete()

    answer = post(client, said(), key).json()

    assert answer["refused"] == [{"index": 0, "reason": "no_running_trip"}]


@pytest.mark.parametrize(
    "body", ["", "{", "[1]", "null", '"van"', "[[]]", '{"positions": {}}', '{"positions": 5}',
             "[" * 100_000]
)  # fmt: skip
def test_nonsense_gets_a_reason(client: Client, key: str, body: str) -> None:
    answer = post(client, body, key)

    assert answer.status_code in (200, 400)
    assert not Position.objects.exists()


def test_a_request_too_long_is_not_read(client: Client, key: str) -> None:
    assert post(client, "[" + " " * 300_000 + "]", key).status_code == 400


def test_get_shows_nothing(client: Client, key: str) -> None:
    assert client.get(URL).status_code == 405
