"""From a mailbox somebody typed to a calendar that is written: approve, test, enable."""

import pytest

from doorstep.connectors.calendar.base import Mailbox
from doorstep.domain.bookings.models import Assignment
from doorstep.domain.calendars.errors import CalendarBusy, NotApproved, ServiceNotSetUp
from doorstep.domain.calendars.models import CalendarLink, LinkState, SyncedEvent
from doorstep.domain.calendars.services.lease import claim
from doorstep.domain.calendars.services.links import (
    approve,
    ask_for_test,
    change_mailbox,
    pause,
    resume,
    run_test,
)
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.services import SYSTEM
from tests.domain.calendars.scene import Scene, heal
from tests.unit.connectors.calendar.worlds import Trouble

pytestmark = pytest.mark.django_db

EVERYWHERE = pytest.mark.parametrize("scene", ["outlook", "google", "caldav"], indirect=True)


def state_of(scene: Scene) -> str:
    scene.link.refresh_from_db()
    return scene.link.state


def begin(scene: Scene, state: LinkState) -> CalendarLink:
    CalendarLink.objects.update(state=state, tested_at=None)
    scene.link.refresh_from_db()
    return scene.link


@EVERYWHERE
def test_a_good_test_leaves_nothing_behind_and_enables(scene: Scene) -> None:
    link = begin(scene, LinkState.WAITING)
    approve(link=link, actor=SYSTEM)
    ask_for_test(link=link, actor=SYSTEM)
    assert state_of(scene) == LinkState.TESTING
    run_test(link_id=link.pk, now=scene.now)
    assert state_of(scene) == LinkState.ENABLED
    assert scene.link.tested_at is not None
    assert scene.events() == []
    assert LogEntry.objects.filter(action__in=["approved", "test asked for"]).count() == 2


def test_without_approval_there_is_no_test(scene: Scene) -> None:
    link = begin(scene, LinkState.WAITING)
    with pytest.raises(NotApproved):
        ask_for_test(link=link, actor=SYSTEM)


def test_with_a_profile_that_is_switched_off_there_is_no_test(scene: Scene) -> None:
    link = begin(scene, LinkState.APPROVED)
    ConnectorAccount.objects.update(is_active=False)
    with pytest.raises(ServiceNotSetUp):
        ask_for_test(link=link, actor=SYSTEM)


@EVERYWHERE
@pytest.mark.parametrize(
    "trouble", [Trouble.UNKNOWN_USER, Trouble.NO_RIGHT, Trouble.GARBAGE, Trouble.DOWN]
)
def test_a_bad_test_says_at_which_step_and_why(scene: Scene, trouble: Trouble) -> None:
    link = begin(scene, LinkState.APPROVED)
    scene.world.trouble(trouble)
    ask_for_test(link=link, actor=SYSTEM)
    run_test(link_id=link.pk, now=scene.now)
    assert state_of(scene) == LinkState.FAILING
    assert ":" in scene.link.state_reason
    assert len(scene.link.state_reason) > 20


def test_a_calendar_that_never_passed_a_test_is_not_written(scene: Scene) -> None:
    link = begin(scene, LinkState.APPROVED)
    scene.world.trouble(Trouble.NO_RIGHT)
    ask_for_test(link=link, actor=SYSTEM)
    run_test(link_id=link.pk, now=scene.now)
    heal(scene.world)
    scene.book()
    assert scene.sync() is None
    assert scene.events() == []


def test_a_test_waits_while_a_worker_writes(scene: Scene) -> None:
    link = begin(scene, LinkState.APPROVED)
    ask_for_test(link=link, actor=SYSTEM)
    assert claim(link.pk) is not None
    with pytest.raises(CalendarBusy):
        run_test(link_id=link.pk, now=scene.now)
    assert state_of(scene) == LinkState.TESTING


def test_what_was_paused_catches_up_when_it_goes_on(scene: Scene) -> None:
    booking = scene.book()
    scene.sync()
    pause(link=scene.link, actor=SYSTEM)
    scene.move(booking, days=1)
    assert scene.sync() is None
    resume(link=scene.link, actor=SYSTEM)
    scene.sync()
    assert scene.only_event().starts_at == Assignment.objects.get(booking=booking).arrives_at
    assert scene.link.reconciled_at is not None


def test_another_mailbox_begins_anew_and_keeps_the_old_events(scene: Scene) -> None:
    scene.book()
    scene.sync()
    scene.link.address = "somebody.else@contoso.example"
    scene.link.save()
    change_mailbox(link=scene.link, actor=SYSTEM)
    assert state_of(scene) == LinkState.WAITING
    assert not SyncedEvent.objects.exists()
    assert len(scene.events()) == 1


def test_a_password_of_ones_own_is_stored_encrypted(scene: Scene) -> None:
    scene.link.set_password("s3cret of Tom")
    scene.link.save()
    scene.link.refresh_from_db()
    assert "s3cret" not in scene.link.password_encrypted
    assert scene.link.mailbox == Mailbox(scene.link.address, "", "s3cret of Tom")
    assert "s3cret" not in repr(scene.link.mailbox)


@EVERYWHERE
def test_a_test_waits_where_the_service_asks_to_wait(scene: Scene) -> None:
    link = begin(scene, LinkState.APPROVED)
    scene.world.trouble(Trouble.THROTTLED_SECONDS)
    ask_for_test(link=link, actor=SYSTEM)
    run_test(link_id=link.pk, now=scene.now)
    asked = scene.world.requests()
    run_test(link_id=link.pk, now=scene.now)
    assert scene.world.requests() == asked
    assert state_of(scene) == LinkState.TESTING
    heal(scene.world)
    CalendarLink.objects.update(retry_at=None)
    ConnectorAccount.objects.update(paused_until=None)
    run_test(link_id=link.pk, now=scene.now)
    assert state_of(scene) == LinkState.ENABLED
