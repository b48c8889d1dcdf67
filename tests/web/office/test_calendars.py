"""The list of technicians' calendars as a health page, the page of one, and what leads there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from doorstep.domain.calendars.models import CalendarLink, EventState, LinkState, SyncedEvent
from doorstep.domain.notifications.models import StaffTask
from doorstep.domain.notifications.services.staff_tasks import make_calendar_task
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.resources.models import BookableResource
from tests.conftest import NOW
from tests.factories.calendars import (
    make_calendar_link,
    make_synced_event,
    set_calendar_settings,
)
from tests.factories.resources import make_technician, tina

from .calendars import of, set_state, shown, toms
from .world import World, page

LIST = "office:calendars_calendarlink_changelist"


# --- The list --------------------------------------------------------------------------------


def test_the_list_tells_how_each_calendar_is_doing(dispatcher: Client, world: World) -> None:
    link = toms()
    at = NOW - timedelta(hours=1)
    set_state(
        link, LinkState.FAILING, state_reason="The mailbox is full.", succeeded_at=at,
        reconciled_at=at, missing_count=1, edited_count=2,
        retry_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    for state in (EventState.WAITING, EventState.REMOVING, EventState.FAILED, EventState.MISSING):
        make_synced_event(link, starts_at=NOW, state=state)

    content = shown(dispatcher, page(CalendarLink))

    for words in (
        "Tom Technician", link.address, link.account.name, "Failing", "The mailbox is full.",
        "since", "2 waiting", "1 refused", "1 deleted by hand", "1 gone", "2 changed by hand",
        "08:00",
    ):  # fmt: skip
        assert words in content, words


def test_technicians_without_a_calendar_are_shown_with_a_way_to_set_it_up(
    administrator: Client, world: World
) -> None:
    technician = tina()
    content = shown(administrator, page(CalendarLink))
    assert "Tina Technician" in content
    assert f"{page(CalendarLink, 'add')}?resource={technician.pk}" in content
    without = shown(administrator, f"{page(BookableResource)}?has_calendar=no")
    assert "Tina Technician" in without
    assert "Tom Technician" not in without


def test_who_may_not_set_up_is_not_shown_how(dispatcher: Client, world: World) -> None:
    tina()
    assert page(CalendarLink, "add") not in shown(dispatcher, page(CalendarLink))


def test_the_list_warns_of_a_sync_that_is_off_and_a_profile_that_is_paused(
    administrator: Client, world: World
) -> None:
    assert "switched off" not in shown(administrator, page(CalendarLink))
    set_calendar_settings(is_enabled=False)
    ConnectorAccount.objects.filter(pk=toms().account_id).update(
        paused_until=timezone.now() + timedelta(hours=1), pause_reason="AADSTS7000215"
    )
    content = shown(administrator, page(CalendarLink))
    assert "The sync is switched off" in content
    assert "AADSTS7000215" in content


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        ("state__exact=enabled", True),
        ("state__exact=failing", False),
        ("drift=yes", False),
        ("drift=never", True),
        ("drift=perhaps", True),
    ],
)
def test_the_list_is_narrowed(
    administrator: Client, world: World, query: str, is_listed: bool
) -> None:
    answer = administrator.get(f"{page(CalendarLink)}?{query}")
    assert (toms() in answer.context["cl"].result_list) is is_listed


def test_calendars_with_drift_can_be_listed(administrator: Client, world: World) -> None:
    set_state(toms(), LinkState.ENABLED, reconciled_at=NOW, unknown_count=1)
    answer = administrator.get(f"{page(CalendarLink)}?drift=yes")
    assert list(answer.context["cl"].result_list) == [toms()]


def test_more_calendars_and_events_need_no_more_queries(
    administrator: Client, world: World
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            administrator.get(page(CalendarLink))
        return len(found)

    tina()
    queries()
    before = queries()
    for _number in range(4):
        link = make_calendar_link(make_technician())
        make_synced_event(link, starts_at=NOW, state=EventState.WAITING)
    assert queries() == before


# --- The page of one -------------------------------------------------------------------------


def test_the_page_says_what_is_wrong_and_what_to_do(dispatcher: Client, world: World) -> None:
    link = set_state(toms(), LinkState.FAILING, state_reason="No license.", tested_at=None)
    content = shown(dispatcher, of(link))
    assert "No license." in content
    assert "Mend what the reason says, then test it again." in content


def test_busy_times_that_were_not_read_for_long_are_marked(
    dispatcher: Client, world: World
) -> None:
    set_calendar_settings(reads_busy=True)
    at = timezone.now()
    link = set_state(toms(), LinkState.ENABLED, busy_read_at=at)
    assert "out of date" not in shown(dispatcher, of(link))
    set_state(link, LinkState.ENABLED, busy_read_at=at - timedelta(hours=1))
    assert "out of date" in shown(dispatcher, of(link))


def test_the_page_shows_the_events_with_their_visits(dispatcher: Client, world: World) -> None:
    link = toms()
    make_synced_event(link, starts_at=NOW, state=EventState.FAILED, reason="Too long a title.")
    content = shown(dispatcher, of(link))
    assert page(type(world.booking), "change", world.booking.pk) in content
    assert "Too long a title." in content
    assert f"?link__id__exact={link.pk}&amp;state__exact=failed" in content


def test_deleting_a_calendar_says_what_becomes_of_its_events(
    administrator: Client, world: World
) -> None:
    address = page(CalendarLink, "delete", toms().pk)
    assert "1 event is forgotten here" in shown(administrator, address)
    administrator.post(address, {"post": "yes"})
    assert not SyncedEvent.objects.exists()


# --- Elsewhere -------------------------------------------------------------------------------


def test_the_front_page_names_failing_calendars_and_paused_profiles(
    dispatcher: Client, world: World
) -> None:
    assert "cannot be written" not in shown(dispatcher, reverse("office:index"))
    set_state(toms(), LinkState.FAILING)
    ConnectorAccount.objects.filter(pk=toms().account_id).update(is_active=False)
    content = shown(dispatcher, reverse("office:index"))
    assert "1 calendar of a technician cannot be written." in content
    assert f"{reverse(LIST)}?state__exact=failing" in content
    assert "is switched off: nothing is written to its calendars" in content


def test_a_task_about_a_calendar_leads_to_it(dispatcher: Client, world: World) -> None:
    link = set_state(toms(), LinkState.FAILING)
    task = make_calendar_task(link_id=link.pk)
    assert task is not None
    assert of(link) in shown(dispatcher, page(StaffTask))
    assert of(link) in shown(dispatcher, page(StaffTask, "change", task.pk))
