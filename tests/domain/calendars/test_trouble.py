"""Services that refuse, ask to wait, hang up after they have done it, or lose a mailbox."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.connectors.base import TemporaryFailure
from doorstep.demo.graph.faults import Fault
from doorstep.domain.bookings.models import Assignment, Booking
from doorstep.domain.calendars.accounts import (
    ServicePaused,
    check_pause,
    note_success,
    pause_at_once,
    service_of,
)
from doorstep.domain.calendars.events import (
    CalendarLinkFailed,
    CalendarLinkRecovered,
    CalendarServiceFailed,
    CalendarServiceRecovered,
)
from doorstep.domain.calendars.models import (
    CalendarLink,
    EventState,
    LinkState,
    SyncedEvent,
    WhenCanceled,
)
from doorstep.domain.calendars.selectors import get_calendar_settings
from doorstep.domain.calendars.services.lease import LEASE, LeaseLost, claim, renew
from doorstep.domain.calendars.services.links import change_mailbox, pause
from doorstep.domain.calendars.services.plan import plan
from doorstep.domain.calendars.services.sweep import due_calendars
from doorstep.domain.calendars.services.sync import sync_calendar
from doorstep.domain.calendars.services.write import due_events
from doorstep.domain.notifications.models import StaffTask, TaskKind
from doorstep.domain.notifications.subscribers import (
    ask_office_to_mend_calendar,
    close_task_of_calendar,
    count_calendar_trouble,
    forget_calendar_trouble,
)
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.lib.db import database_now
from tests.domain.calendars.scene import Scene, heal
from tests.factories.bookings import window_key
from tests.factories.calendars import set_calendar_settings
from tests.factories.resources import tina
from tests.unit.connectors.calendar.outlook_world import OutlookWorld
from tests.unit.connectors.calendar.worlds import Trouble

pytestmark = pytest.mark.django_db

EVERYWHERE = pytest.mark.parametrize("scene", ["outlook", "google", "caldav"], indirect=True)


def mend(scene: Scene) -> None:
    """The service works again, and every wait is over."""
    heal(scene.world)
    CalendarLink.objects.update(retry_at=None)
    ConnectorAccount.objects.update(paused_until=None)


@EVERYWHERE
def test_a_lost_answer_leads_to_one_event(scene: Scene) -> None:
    scene.book()
    scene.world.trouble(Trouble.DONE_THEN_DROPPED)
    scene.sync()
    assert scene.row().state == EventState.WAITING
    assert scene.row().attempts == 1
    mend(scene)
    scene.sync()
    assert scene.row().state == EventState.WRITTEN
    assert len(scene.events()) == 1


@EVERYWHERE
def test_a_visit_moved_after_a_lost_answer_is_one_event_at_its_new_time(scene: Scene) -> None:
    booking = scene.book()
    scene.world.trouble(Trouble.DONE_THEN_DROPPED)
    scene.sync()
    scene.move(booking, days=1)
    mend(scene)
    scene.sync()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at


@EVERYWHERE
def test_a_visit_given_away_after_a_lost_answer_disappears(scene: Scene) -> None:
    booking = scene.book()
    scene.world.trouble(Trouble.DONE_THEN_DROPPED)
    scene.sync()
    assert len(scene.events()) == 1
    Booking.objects.filter(pk=booking.pk).delete()
    mend(scene)
    scene.sync()
    assert scene.events() == []
    assert scene.row().state == EventState.REMOVED


def test_a_visit_canceled_after_a_lost_answer_is_removed_by_setting(scene: Scene) -> None:
    set_calendar_settings(when_canceled=WhenCanceled.REMOVE)
    booking = scene.book()
    scene.world.trouble(Trouble.DONE_THEN_DROPPED)
    scene.sync()
    scene.cancel(booking)
    mend(scene)
    scene.sync()
    assert scene.events() == []


@EVERYWHERE
@pytest.mark.parametrize("trouble", [Trouble.THROTTLED_SECONDS, Trouble.THROTTLED_DATE])
def test_nothing_is_asked_before_the_wait_is_over(scene: Scene, trouble: Trouble) -> None:
    scene.book()
    scene.world.trouble(trouble)
    scene.sync()
    asked = scene.world.requests()
    scene.sync()
    scene.sync()
    assert scene.world.requests() == asked
    assert scene.link.state == LinkState.ENABLED


def test_an_event_that_fails_waits_longer_each_time(scene: Scene) -> None:
    scene.book()
    scene.world.trouble(Trouble.DOWN)
    waits = []
    for _attempt in range(6):
        CalendarLink.objects.update(retry_at=None)
        scene.sync()
        wait = scene.link.retry_at or scene.row().due_at
        waits.append((wait - datetime.now(UTC)).total_seconds())
    assert waits[-1] > 4 * waits[0]
    assert max(waits) <= 15 * 60


@EVERYWHERE
@pytest.mark.parametrize("trouble", [Trouble.UNKNOWN_USER, Trouble.NO_RIGHT])
def test_a_refused_calendar_fails_alone_and_says_why(scene: Scene, trouble: Trouble) -> None:
    scene.book()
    scene.world.trouble(trouble)
    scene.sync()
    assert scene.link.state == LinkState.FAILING
    assert scene.link.state_reason
    assert scene.link.retry_at > datetime.now(UTC) + timedelta(minutes=30)
    assert ConnectorAccount.objects.get(pk=scene.account.pk).paused_until is None
    assert scene.row().state == EventState.WAITING


def test_a_refused_calendar_works_again_by_itself(scene: Scene) -> None:
    scene.book()
    scene.world.trouble(Trouble.NO_RIGHT)
    scene.sync()
    mend(scene)
    scene.sync()
    assert scene.link.state == LinkState.ENABLED
    assert scene.link.failures == 0
    assert len(scene.events()) == 1


def test_a_failing_calendar_is_a_task_until_it_works_again(scene: Scene) -> None:
    scene.book()
    scene.world.trouble(Trouble.NO_RIGHT)
    scene.sync()
    for _twice in range(2):
        ask_office_to_mend_calendar(CalendarLinkFailed(link_id=scene.link.pk))
    task = StaffTask.objects.get(kind=TaskKind.CALENDAR_FAILING)
    assert str(scene.company.technician) in task.text
    mend(scene)
    scene.sync()
    close_task_of_calendar(CalendarLinkRecovered(link_id=scene.link.pk))
    task.refresh_from_db()
    assert task.done_at is not None


def test_wrong_credentials_pause_the_profile_and_not_the_calendar(scene: Scene) -> None:
    scene.book()
    scene.world.trouble(Trouble.SECRET_WRONG)
    ConnectorAccount.objects.filter(pk=scene.account.pk).update(
        settings_encrypted=stored(scene, scene.world.settings())
    )
    scene.sync()
    assert scene.link.state == LinkState.ENABLED
    assert ConnectorAccount.objects.get(pk=scene.account.pk).paused_until is not None
    assert scene.row().state == EventState.WAITING
    asked = scene.world.requests()
    scene.sync()
    assert scene.world.requests() == asked
    assert list(due_calendars()) == []


def stored(scene: Scene, settings: dict[str, object]) -> str:
    account = ConnectorAccount()
    account.settings = {name: value for name, value in settings.items() if value != ""}
    return account.settings_encrypted


def test_trouble_of_a_profile_alarms_staff_as_that_of_other_services(scene: Scene) -> None:
    event = CalendarServiceFailed(scene.account.pk, "credentials", "No.", None, is_refusal=True)
    count_calendar_trouble(event)
    assert StaffTask.objects.filter(account=scene.account, done_at=None).exists()
    scene.account.refresh_from_db()
    until = scene.account.paused_until
    assert until is not None
    forget_calendar_trouble(CalendarServiceRecovered(scene.account.pk, until.isoformat()))
    assert not StaffTask.objects.filter(account=scene.account, done_at=None).exists()


@EVERYWHERE
def test_a_pause_that_begins_within_an_operation_holds_its_next_request_back(scene: Scene) -> None:
    calendar = service_of(scene.account).open(scene.link.mailbox)
    asked = scene.world.requests()
    ConnectorAccount.objects.update(paused_until=Now() + timedelta(minutes=1))
    with pytest.raises(ServicePaused):
        calendar.list_ours(scene.now, scene.now + timedelta(days=1))
    assert scene.world.requests() == asked


def test_a_pass_that_ends_in_an_error_of_the_database_is_made_again_soon(scene: Scene) -> None:
    scene.book()

    def give_up(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "calendars_syncedevent" in sql:
            raise OperationalError("deadlock detected")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(give_up), pytest.raises(OperationalError):
        sync_calendar(link_id=scene.link.pk, now=lambda: scene.now)
    scene.link.refresh_from_db()
    assert scene.link.due_at - database_now() < timedelta(seconds=11)


def test_whoever_does_not_know_what_came_of_it_waits_with_the_whole_profile(scene: Scene) -> None:
    scene.book()
    scene.book(window_key(from_hour=13, to_hour=15))
    assert isinstance(scene.world, OutlookWorld)
    asked = Fault(503, "ServiceUnavailable", retry_after_s=60)
    scene.world.server.gateway.faults.add(asked, path=r"\$batch")
    scene.sync()
    with pytest.raises(ServicePaused):
        check_pause(scene.account)


def test_a_success_of_before_does_not_end_a_wait_that_was_asked_for_since(scene: Scene) -> None:
    ConnectorAccount.objects.update(paused_until=Now() - timedelta(minutes=1), failures=1)
    scene.account.refresh_from_db()
    note_success(scene.account)
    asked = TemporaryFailure("http_429", "Wait.", retry_after_s=60, is_for_account=True)
    pause_at_once(scene.account, asked)
    news = ProcrastinateJob.objects.latest("id").args["data"]
    forget_calendar_trouble(CalendarServiceRecovered(**news))
    with pytest.raises(ServicePaused):
        check_pause(scene.account)


def test_a_killed_workers_calendar_is_taken_up_when_its_lease_has_run_out(scene: Scene) -> None:
    scene.book()
    assert claim(scene.link.pk) is not None
    assert scene.sync() is None
    assert list(due_calendars()) == []
    CalendarLink.objects.update(lease_until=Now() - timedelta(seconds=1))
    scene.sync()
    assert len(scene.events()) == 1
    assert timedelta(seconds=85) < LEASE


def test_one_event_that_is_refused_does_not_hold_up_the_others(scene: Scene) -> None:
    first = scene.book()
    scene.book(window_key(from_hour=13, to_hour=15))
    assert isinstance(scene.world, OutlookWorld)
    scene.world.server.gateway.faults.add(
        Fault(400, "ErrorInvalidRequest"), method="POST", path="/events$"
    )
    scene.sync()
    states = set(SyncedEvent.objects.values_list("state", flat=True))
    assert states == {EventState.FAILED, EventState.WRITTEN}
    refused = SyncedEvent.objects.get(state=EventState.FAILED)
    assert refused.reason
    scene.move(refused.booking, days=1)
    scene.sync()
    assert len(scene.events()) == 2
    assert first.pk


def test_what_lies_ahead_is_written_first_after_an_outage(scene: Scene) -> None:
    past, next_one, last = (scene.book(window_key(date(2026, 11, day))).pk for day in (24, 25, 26))
    scene.later(days=1, hours=12)
    plan(scene.link, get_calendar_settings(), now=scene.now)
    due = due_events(scene.link, now=scene.now)
    assert [row.booking_id for row in due] == [next_one, last, past]


def test_a_wait_of_a_day_is_kept(scene: Scene) -> None:
    scene.book()
    assert isinstance(scene.world, OutlookWorld)
    scene.world.server.gateway.faults.add(
        Fault(429, "TooManyRequests", retry_after_s=86_400), times=None
    )
    scene.sync()
    assert scene.link.retry_at > datetime.now(UTC) + timedelta(hours=23, minutes=59)


def test_a_paused_calendar_is_nobodys_task(scene: Scene) -> None:
    scene.book()
    scene.world.trouble(Trouble.NO_RIGHT)
    scene.sync()
    ask_office_to_mend_calendar(CalendarLinkFailed(link_id=scene.link.pk))
    pause(link=scene.link, actor=SYSTEM)
    assert "CalendarLinkRecovered" in str(ProcrastinateJob.objects.latest("id").args)


def test_who_writes_to_a_mailbox_that_was_changed_loses_the_lease(scene: Scene) -> None:
    lease = claim(scene.link.pk)
    assert lease is not None
    change_mailbox(link=scene.link, actor=SYSTEM)
    with pytest.raises(LeaseLost):
        renew(lease)


def test_tries_that_fail_are_no_success(scene: Scene) -> None:
    scene.sync()
    before = scene.link.succeeded_at
    scene.book()
    assert isinstance(scene.world, OutlookWorld)
    scene.world.server.gateway.faults.add(Fault(500, "ErrorInternalServerError"), times=None)
    done = scene.sync()
    assert done is not None
    assert done.written == 0
    assert scene.link.succeeded_at == before


def test_one_event_that_cannot_be_removed_does_not_hold_up_the_others(scene: Scene) -> None:
    kept = scene.book()
    other = scene.book(window_key(from_hour=13, to_hour=15))
    scene.sync()
    assert isinstance(scene.world, OutlookWorld)
    scene.world.server.gateway.faults.add(
        Fault(403, "ErrorCannotDeleteObject"), method="DELETE", times=None
    )
    scene.move(kept, to=tina())
    scene.move(other, days=1)
    scene.sync()
    assert scene.link.state == LinkState.ENABLED
    rows = dict(SyncedEvent.objects.values_list("booking", "state"))
    assert rows == {kept.pk: EventState.LEFT, other.pk: EventState.WRITTEN}
