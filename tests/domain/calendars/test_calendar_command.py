"""`doorstep calendar`: health, writing and reading by hand, events."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from doorstep.domain.calendars.models import CalendarLink, EventState, LinkState
from tests.conftest import NOW
from tests.domain.calendars.scene import Scene
from tests.factories.calendars import make_calendar_link, make_synced_event, set_calendar_settings
from tests.factories.resources import make_technician, tina
from tests.unit.connectors.calendar.worlds import Trouble

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    with time_machine.travel(NOW, tick=True):
        call_command("calendar", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    out = StringIO()
    with time_machine.travel(NOW, tick=True), pytest.raises(CommandError) as error:
        call_command("calendar", *arguments, stdout=out)
    return out.getvalue() + str(error.value)


def test_the_list_tells_how_each_calendar_is_doing_and_who_has_none(scene: Scene) -> None:
    tina()
    CalendarLink.objects.update(
        state=LinkState.FAILING, state_reason="No license.", succeeded_at=NOW
    )
    make_synced_event(scene.link, starts_at=NOW, state=EventState.FAILED)

    told = run("list")

    assert "Times are Europe/London." in told
    assert f"{scene.link}, {scene.account}: failing" in told
    assert "No license." in told
    assert "last success 2026-11-23 09:00; 0 waiting, 1 refused, 0 deleted by hand" in told
    assert "Not set up: Tina Technician." in told


def test_the_list_says_that_the_sync_is_off(scene: Scene) -> None:
    assert "switched off" not in run("list")
    set_calendar_settings(is_enabled=False)
    assert "The sync is switched off" in run("list")


@pytest.mark.parametrize("who", ["tom technician", "all"])
def test_sync_writes_what_is_due(scene: Scene, who: str) -> None:
    scene.book()
    assert f"{scene.link}: 1 written, and read back" in run("sync", who)
    assert len(scene.events()) == 1


def test_a_calendar_is_found_by_its_mailbox(scene: Scene) -> None:
    assert "0 written" in run("sync", scene.link.address.upper())


def test_reconcile_says_what_differs_and_repairs_it(scene: Scene) -> None:
    scene.book()
    scene.sync()
    assert f"{scene.link}: no drift" in run("reconcile", "Tom Technician")

    set_calendar_settings(when_deleted="at_once")
    scene.world.user_deletes(scene.written())
    told = run("reconcile", "Tom Technician")

    assert "1 gone, 0 changed by hand, 0 there twice, 0 not known; 1 written" in told
    assert len(scene.events()) == 1


def test_what_cannot_be_written_is_told_and_counted(scene: Scene) -> None:
    make_calendar_link(make_technician("Zoe"), state=LinkState.PAUSED)
    scene.book()
    told = refused("sync", "all")
    assert "Nothing is written to this calendar at the moment: Paused" in told
    assert "1 written" in told
    assert "1 of 2 could not be written." in told


def test_a_service_in_trouble_is_told_in_its_words(scene: Scene) -> None:
    scene.book()
    scene.world.trouble(Trouble.UNKNOWN_USER)
    told = refused("sync", "Tom Technician")
    assert "1 of 1 could not be written." in told


def test_events_are_listed_in_order_with_state_and_reason(scene: Scene) -> None:
    later = make_synced_event(scene.link, starts_at=NOW + timedelta(days=1))
    make_synced_event(scene.link, starts_at=NOW, state=EventState.FAILED, reason="Too long.")

    lines = run("events", "Tom Technician").splitlines()

    assert lines[1].startswith("2026-11-23 09:00")
    assert lines[1].endswith("Refused (Too long.)")
    assert lines[2] == f"2026-11-24 09:00  {later}  In the calendar"
    assert len(run("events", "Tom Technician", "--state", "failed").splitlines()) == 2
    assert "Only the latest 1" in run("events", "Tom Technician", "--limit", "1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sync", "Nobody"), "There is no calendar of 'Nobody'"),
        (("events", "Nobody"), "There is no calendar of 'Nobody'"),
        (("events", "Tom Technician", "--limit", "0"), "--limit is between"),
    ],
)
def test_what_was_typed_wrong_is_told(scene: Scene, arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(*arguments)


def test_two_of_one_name_are_told_apart_by_mailbox(scene: Scene) -> None:
    make_calendar_link(make_technician("Tom Technician"))
    assert "name the mailbox" in refused("sync", "Tom Technician")
