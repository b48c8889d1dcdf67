"""Calendars are approved, tested, paused, resumed and looked at, one or many, by who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from doorstep.domain.calendars.models import CalendarLink, LinkState
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.identity.models import User
from tests.factories.calendars import (
    make_calendar_link,
    set_calendar_settings,
)
from tests.factories.identity import dana, otto
from tests.factories.resources import make_technician

from .calendars import ACTIONS, actions_of, of, press, rings, run_on, set_state, shown, toms
from .world import World, page

# --- Approve, test, pause, resume, look ------------------------------------------------------


def test_a_calendar_is_approved_by_name_and_then_tested(
    administrator: Client, world: World
) -> None:
    link = set_state(toms(), LinkState.WAITING, approved_at=None, tested_at=None)

    press(administrator, link, "approve_it")
    link.refresh_from_db()
    assert (link.state, link.approved_by) == ("approved", otto())
    press(administrator, link, "test_it")

    link.refresh_from_db()
    assert link.state == "testing"
    assert rings() == ["doorstep.calendars.test"]
    assert set(actions_of(link)) == {"approved", "test asked for"}


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (LinkState.WAITING, {"approve_it"}),
        (LinkState.APPROVED, {"test_it"}),
        (LinkState.TESTING, {"pause_it"}),
        (LinkState.ENABLED, {"test_it", "pause_it", "sync_now", "read_back_now"}),
        (LinkState.FAILING, {"test_it", "pause_it", "sync_now", "read_back_now"}),
        (LinkState.PAUSED, {"test_it", "resume_it"}),
    ],
)
def test_what_can_be_done_depends_on_the_state(
    administrator: Client, world: World, state: LinkState, offered: set[str]
) -> None:
    link = set_state(toms(), state)
    content = shown(administrator, of(link))
    assert {action for action in ACTIONS if f"/{link.pk}/{action}/" in content} == offered


def test_a_paused_calendar_is_resumed(administrator: Client, world: World) -> None:
    link = toms()
    press(administrator, link, "pause_it")
    link.refresh_from_db()
    assert link.state == "paused"
    press(administrator, link, "resume_it")
    link.refresh_from_db()
    assert link.state == "enabled"
    assert set(actions_of(link)) == {"paused", "resumed"}


def test_sync_now_rings_even_where_the_next_try_is_far_away(
    administrator: Client, world: World
) -> None:
    later = timezone.now() + timedelta(days=1)
    link = set_state(toms(), LinkState.FAILING, retry_at=later, due_at=later)

    press(administrator, link, "sync_now")

    link.refresh_from_db()
    assert link.retry_at is None
    assert link.due_at < later
    assert rings() == ["doorstep.calendars.sync"]


def test_read_back_now_makes_a_reconcile_due(administrator: Client, world: World) -> None:
    link = set_state(toms(), LinkState.ENABLED, reconciled_at=timezone.now())
    press(administrator, link, "read_back_now")
    link.refresh_from_db()
    assert link.reconciled_at is None
    assert actions_of(link) == ["read back"]


@pytest.mark.parametrize(
    ("hinder", "words"),
    [
        (lambda link: set_calendar_settings(is_enabled=False), "switched off in the calendar"),
        (
            lambda link: ConnectorAccount.objects.filter(pk=link.account_id).update(
                is_active=False
            ),
            "The server profile is switched off.",
        ),
        (
            lambda link: ConnectorAccount.objects.filter(pk=link.account_id).update(
                paused_until=timezone.now() + timedelta(hours=1), pause_reason="401: no"
            ),
            "401: no",
        ),
    ],
    ids=["sync off", "profile off", "profile paused"],
)
def test_sync_now_says_what_stands_in_the_way(
    administrator: Client, world: World, hinder: Callable[[CalendarLink], object], words: str
) -> None:
    link = toms()
    hinder(link)
    answer = press(administrator, link, "sync_now")
    assert words in answer.content.decode()
    assert rings() == []


# --- Many at once ----------------------------------------------------------------------------


def test_many_are_approved_at_once(administrator: Client, world: World) -> None:
    waiting = [
        make_calendar_link(make_technician(), state=LinkState.WAITING) for _number in range(3)
    ]
    told = run_on(administrator, "approve_all", toms(), *waiting)
    assert "3 calendars are approved." in told
    assert CalendarLink.objects.filter(state="approved", approved_by=otto()).count() == 3


def test_many_are_tested_and_the_list_tells_how_far_they_are(
    administrator: Client, world: World
) -> None:
    links = [
        make_calendar_link(make_technician(), state=LinkState.APPROVED) for _number in range(4)
    ]
    not_approved = make_calendar_link(make_technician(), state=LinkState.WAITING)

    told = run_on(administrator, "test_all", not_approved, *links)
    assert "4 calendars are tested." in told
    assert "1 is left out: approve it first." in told
    progress = reverse("office:calendars_calendarlink_progress")
    assert f'hx-get="{progress}"' in shown(administrator, page(CalendarLink))

    set_state(links[0], LinkState.ENABLED)
    set_state(links[1], LinkState.FAILING, state_reason="Writing a test event: no license")
    content = shown(administrator, progress)
    assert "Testing: 2 of 4 done." in content
    assert f'id="calendar-state-{links[1].pk}" hx-swap-oob="true"' in content
    assert "no license" in content

    for link in links[2:]:
        set_state(link, LinkState.ENABLED)
    content = shown(administrator, progress)
    assert "4 tested: 3 enabled, 1 failing." in content
    assert "hx-get" not in content
    shown(administrator, page(CalendarLink))
    assert "4 tested" not in shown(administrator, page(CalendarLink))


# --- Who may ---------------------------------------------------------------------------------


def test_a_dispatcher_looks_and_changes_nothing(dispatcher: Client, world: World) -> None:
    link = set_state(toms(), LinkState.WAITING)
    assert "_save" not in shown(dispatcher, of(link))
    for action in ACTIONS:
        address = f"{page(CalendarLink)}{link.pk}/{action}/"
        assert dispatcher.post(address, {"_form_submitted": "True"}).status_code == 404
    dispatcher.post(page(CalendarLink), {"action": "approve_all", "_selected_action": [link.pk]})
    dispatcher.post(of(link), {"address": "mine@acme.example"})
    assert dispatcher.get(page(CalendarLink, "add")).status_code == 404
    link.refresh_from_db()
    assert (link.state, link.address != "mine@acme.example") == ("waiting", True)


@pytest.mark.parametrize(("user", "status"), [(otto, 200), (dana, 200), (None, 404)])
def test_the_progress_of_tests_is_shown_to_staff_alone(
    world: World,
    sign_in: Callable[[User], Client],
    user: Callable[[], User] | None,
    status: int,
) -> None:
    person = user() if user else world.technician.user
    assert person is not None
    address = reverse("office:calendars_calendarlink_progress")
    assert sign_in(person).get(address).status_code == status
