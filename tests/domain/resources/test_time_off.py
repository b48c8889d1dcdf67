"""Time off: asked for, decided, taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from doorstep.domain.resources.errors import (
    TimeOffBackwards,
    TimeOffDecided,
    TimeOffOver,
    TimeOffOverlaps,
)
from doorstep.domain.resources.models import BookableResource, TimeOff, TimeOffState
from doorstep.domain.resources.services.time_off import (
    approve_time_off,
    delete_time_off,
    reject_time_off,
    request_time_off,
)
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM, Actor
from tests.factories.identity import dana
from tests.factories.resources import tina, tom

from .conftest import News

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def ask(
    now: datetime, hours: tuple[int, int] = (24, 32), resource: BookableResource | None = None
) -> TimeOff:
    """Dana enters time off from so many to so many hours from now."""
    return request_time_off(
        resource=resource or tom(),
        starts_at=now + hours[0] * HOUR,
        ends_at=now + hours[1] * HOUR,
        reason=" Dentist ",
        actor=Actor(Source.OFFICE, dana()),
        now=now,
    )


def ask_where_approval_is_needed(now: datetime) -> TimeOff:
    return ask(now, resource=tom(time_off_needs_approval=True))


def test_time_off_is_approved_at_once(now: datetime, news: News) -> None:
    time_off = ask(now)

    assert time_off.state == TimeOffState.APPROVED
    assert (time_off.decided_by, time_off.reason) == (dana(), "Dentist")
    assert news() == ["TimeOffApproved"]


def test_time_off_waits_where_it_needs_approval(now: datetime, news: News) -> None:
    time_off = ask_where_approval_is_needed(now)

    assert (time_off.state, time_off.decided_by) == (TimeOffState.REQUESTED, None)
    assert news() == []


def test_what_was_asked_for_is_approved_by_somebody(now: datetime, news: News) -> None:
    time_off = ask_where_approval_is_needed(now)

    approve_time_off(time_off=time_off, actor=Actor(Source.OFFICE, dana()))

    stored = TimeOff.objects.get()
    assert (stored.state, stored.decided_by) == (TimeOffState.APPROVED, dana())
    assert news() == ["TimeOffApproved"]


def test_what_was_asked_for_may_be_rejected(now: datetime, news: News) -> None:
    time_off = ask_where_approval_is_needed(now)

    reject_time_off(time_off=time_off, actor=SYSTEM)

    assert TimeOff.objects.get().state == TimeOffState.REJECTED
    assert news() == []


@pytest.mark.parametrize("decide", [approve_time_off, reject_time_off])
def test_what_was_decided_is_not_decided_again(decide: object, now: datetime) -> None:
    time_off = ask(now)

    with pytest.raises(TimeOffDecided, match="approved"):
        decide(time_off=time_off, actor=SYSTEM)  # type: ignore[operator]


def test_deleting_approved_time_off_is_news(now: datetime, news: News) -> None:
    delete_time_off(time_off=ask(now), actor=SYSTEM)

    assert not TimeOff.objects.exists()
    assert news() == ["TimeOffApproved", "TimeOffRemoved"]


def test_deleting_a_mere_request_is_not(now: datetime, news: News) -> None:
    delete_time_off(time_off=ask_where_approval_is_needed(now), actor=SYSTEM)

    assert news() == []


def test_the_history_of_the_resource_keeps_what_was_deleted(now: datetime) -> None:
    delete_time_off(time_off=ask(now), actor=SYSTEM)

    assert [entry.action for entry in history_of(tom())] == ["time off deleted"]


@pytest.mark.parametrize("hours", [(24, 24), (24, 20)])
def test_it_ends_after_it_begins(hours: tuple[int, int], now: datetime) -> None:
    with pytest.raises(TimeOffBackwards):
        ask(now, hours)


def test_nobody_needs_time_off_in_the_past(now: datetime) -> None:
    with pytest.raises(TimeOffOver):
        ask(now, (-9, 0))


def test_who_fell_ill_this_morning_may_still_be_entered(now: datetime) -> None:
    assert ask(now, (-3, 5))


@pytest.mark.parametrize("hours", [(20, 25), (25, 26), (31, 40), (20, 40)])
def test_it_does_not_overlap_other_time_off(hours: tuple[int, int], now: datetime) -> None:
    ask(now)

    with pytest.raises(TimeOffOverlaps, match="Tom"):
        ask(now, hours)


def test_it_may_touch_other_time_off(now: datetime) -> None:
    ask(now)

    assert ask(now, (32, 40))


def test_others_may_be_off_at_the_same_time(now: datetime) -> None:
    ask(now)

    assert ask(now, resource=tina())


def test_what_was_rejected_may_be_asked_for_again(now: datetime) -> None:
    reject_time_off(time_off=ask_where_approval_is_needed(now), actor=SYSTEM)

    assert ask_where_approval_is_needed(now)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_at_once_one_is_refused(now: datetime) -> None:
    resource, barrier = tom(), Barrier(2)

    def enter(_number: int) -> str:
        try:
            barrier.wait(10)
            request_time_off(
                resource=resource, starts_at=now, ends_at=now + HOUR, actor=SYSTEM, now=now
            )
        except TimeOffOverlaps:
            return "refused"
        finally:
            connection.close()
        return "entered"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(enter, range(2))) == ["entered", "refused"]
