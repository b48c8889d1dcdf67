"""One key of a submit that is used for two things in the same moment."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from doorstep.domain.bookings.errors import KeyReused
from doorstep.domain.bookings.models import Booking, Hold, ParentStatus, RequestKey
from doorstep.domain.bookings.services.cancel import cancel_booking
from doorstep.domain.bookings.services.confirm import confirm_hold
from doorstep.domain.bookings.services.idempotency import hoped_for, keep_result
from doorstep.domain.work.models import IncidentType
from tests.factories.bookings import FRIDAY, World, actor_of, book, hold, make_world, new_key
from tests.factories.bookings import window_key as window

from .conftest import wait_for_waiting

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return make_world()


def refused_when_answered_meanwhile(act: Callable[[], object], world: World, key: str) -> None:
    """It waits for who writes an answer of that key, and is told so."""
    told: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except Exception as error:
            told.append(error)
        finally:
            connection.close()

    user = world.contact.user
    assert user is not None
    thread = threading.Thread(target=run)
    with transaction.atomic():
        keep_result(hoped_for(user, key, {"do": "something else"}), {})
        thread.start()
        wait_for_waiting(1)
    thread.join(timeout=30)

    assert [type(error) for error in told] == [KeyReused]
    assert RequestKey.objects.get(key=key).result == {}


def test_a_visit_is_not_canceled_under_a_key_that_got_another_answer(world: World) -> None:
    visit, key = book(world, now=MONDAY), new_key()

    refused_when_answered_meanwhile(
        lambda: cancel_booking(
            booking=visit,
            reason="",
            request_key=key,
            actor=actor_of(world.contact),
            now=MONDAY,
        ),
        world,
        key,
    )

    assert Booking.objects.get().parent_status is ParentStatus.SCHEDULED


@pytest.mark.parametrize("looks_again", [False, True])
def test_what_is_held_stays_held_under_a_key_that_got_another_answer(
    world: World, looks_again: bool
) -> None:
    held, key = hold(world, now=MONDAY, key=window(FRIDAY)), new_key()
    if looks_again:
        IncidentType.objects.update(duration_minutes=45)

    refused_when_answered_meanwhile(
        lambda: confirm_hold(
            hold_code=held.code,
            contact=world.contact,
            details="",
            request_key=key,
            actor=actor_of(world.contact),
            now=MONDAY,
        ),
        world,
        key,
    )

    assert not Booking.objects.exists()
    assert Hold.objects.get().assignments.exists()
