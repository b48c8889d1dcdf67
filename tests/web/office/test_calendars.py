"""Technicians' calendars in the office: set up, approved, tested, watched."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.signals import pre_save
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.calendars.models import CalendarLink, EventState, LinkState, SyncedEvent
from doorstep.domain.notifications.models import StaffTask
from doorstep.domain.notifications.services.staff_tasks import make_calendar_task
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.identity.models import User
from tests.conftest import NOW
from tests.factories.calendars import (
    make_calendar_account,
    make_calendar_link,
    make_synced_event,
    set_calendar_settings,
)
from tests.factories.identity import dana, otto
from tests.factories.resources import make_technician, tina

from .forms import errors_of, fields_of, run_dialog, said, send
from .world import World, page

LIST = "office:calendars_calendarlink_changelist"
ACTIONS = ("approve_it", "test_it", "sync_now", "read_back_now", "pause_it", "resume_it")


@pytest.fixture
def profile(world: World) -> ConnectorAccount:
    return make_calendar_account(name="Our Microsoft 365", connector="google")


@pytest.fixture
def caldav(world: World) -> ConnectorAccount:
    return make_calendar_account(name="Nextcloud", connector="caldav")


def toms() -> CalendarLink:
    return CalendarLink.objects.get(resource__name="Tom Technician")


def set_state(link: CalendarLink, state: LinkState, **values: object) -> CalendarLink:
    CalendarLink.objects.filter(pk=link.pk).update(state=state, **values)
    link.refresh_from_db()
    return link


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def of(link: CalendarLink) -> str:
    return page(CalendarLink, "change", link.pk)


def press(client: Client, link: CalendarLink, action: str) -> HttpResponse:
    return run_dialog(client, f"{page(CalendarLink)}{link.pk}/{action}/")


def run_on(client: Client, action: str, *links: CalendarLink) -> str:
    """Choose rows of the list and run an action on them; what was told."""
    answer = client.post(
        page(CalendarLink),
        {"action": action, "_selected_action": [link.pk for link in links], "index": "0"},
    )
    assert answer.status_code == 302
    return said(client, answer)


def actions_of(link: CalendarLink) -> list[str]:
    return [entry.action for entry in history_of(link)]


def rings() -> list[str]:
    return list(
        ProcrastinateJob.objects.filter(queue_name="calendars").values_list("task_name", flat=True)
    )


# --- Set-up ----------------------------------------------------------------------------------


def test_a_calendar_is_set_up_and_waits_for_approval(
    administrator: Client, profile: ConnectorAccount
) -> None:
    technician = tina()
    address = f"{page(CalendarLink, 'add')}?resource={technician.pk}"

    assert fields_of(administrator, address)["address"] == ["tina@example.com"]
    answer = send(administrator, address, account=str(profile.pk))

    assert answer.status_code == 302, errors_of(answer)
    link = CalendarLink.objects.get(resource=technician)
    assert (link.account, link.address, link.state) == (profile, "tina@example.com", "waiting")
    assert actions_of(link) == ["created"]


def test_the_only_profile_is_chosen_already(administrator: Client, world: World) -> None:
    assert fields_of(administrator, page(CalendarLink, "add"))["account"] == [
        str(toms().account_id)
    ]


@pytest.mark.parametrize("resource", ["abc", "-1", "9" * 30])
def test_a_bent_technician_in_the_address_is_no_error(
    administrator: Client, world: World, resource: str
) -> None:
    address = f"{page(CalendarLink, 'add')}?resource={resource}"
    assert administrator.get(address).status_code == 200


def test_only_server_profiles_can_be_chosen(administrator: Client, world: World) -> None:
    content = shown(administrator, page(CalendarLink, "add"))
    assert toms().account.name in content
    assert "Twilio" not in content


def test_two_technicians_do_not_share_a_calendar(administrator: Client, world: World) -> None:
    answer = send(
        administrator, page(CalendarLink, "add"), resource=str(tina().pk),
        account=str(toms().account_id), address=toms().address,
    )  # fmt: skip
    assert "Another technician's visits go to this calendar." in errors_of(answer).replace(
        "&#x27;", "'"
    )


def test_a_crew_has_no_calendar_of_its_own(administrator: Client, world: World) -> None:
    crew = make_technician(kind=ResourceKind.CREW)
    answer = send(
        administrator, page(CalendarLink, "add"), resource=str(crew.pk), address="crew@acme.example"
    )
    assert "go to each of its members" in errors_of(answer)


@pytest.mark.parametrize("field", ["address", "calendar", "account"])
def test_another_mailbox_lets_go_of_the_old_one_and_waits_for_approval(
    administrator: Client, profile: ConnectorAccount, field: str
) -> None:
    link = toms()
    new = str(profile.pk) if field == "account" else "elsewhere"

    assert "what stands in the old one stays there" in shown(administrator, of(link))
    answer = send(administrator, of(link), **{field: new})

    assert answer.status_code == 302, errors_of(answer)
    link.refresh_from_db()
    assert (link.state, link.tested_at, link.events.count()) == ("waiting", None, 0)
    assert set(actions_of(link)) == {"changed", "other mailbox"}


def test_saving_without_a_change_changes_nothing(administrator: Client, world: World) -> None:
    link = toms()
    send(administrator, of(link))
    link.refresh_from_db()
    assert (link.state, link.events.count()) == ("enabled", 1)


def test_saving_does_not_undo_what_a_worker_writes_meanwhile(
    administrator: Client, caldav: ConnectorAccount
) -> None:
    link = make_calendar_link(tina(), account=caldav)

    def worker(**_signal: object) -> None:
        CalendarLink.objects.filter(pk=link.pk).update(state="failing", lease_code="worker")

    pre_save.connect(worker, sender=CalendarLink)
    try:
        send(administrator, of(link), own_password="new words")
    finally:
        pre_save.disconnect(worker, sender=CalendarLink)

    link.refresh_from_db()
    assert (link.state, link.lease_code) == ("failing", "worker")
    assert link.mailbox.password == "new words"


# --- Passwords -------------------------------------------------------------------------------


def test_a_password_is_asked_for_only_where_a_profile_takes_one(
    administrator: Client, world: World
) -> None:
    assert "own_password" not in fields_of(administrator, page(CalendarLink, "add"))
    make_calendar_account(connector="caldav")
    assert "own_password" in fields_of(administrator, page(CalendarLink, "add"))


def test_a_password_goes_in_encrypted_and_never_comes_out(
    administrator: Client, caldav: ConnectorAccount
) -> None:
    send(
        administrator, page(CalendarLink, "add"), resource=str(tina().pk), account=str(caldav.pk),
        address="tina", own_password="hush-hush",
    )  # fmt: skip

    link = CalendarLink.objects.get(address="tina")
    assert link.mailbox.password == "hush-hush"
    assert "hush-hush" not in link.password_encrypted
    content = shown(administrator, of(link)) + shown(administrator, page(CalendarLink))
    assert "hush-hush" not in content
    assert "Stored; empty keeps it" in content
    history = str(list(LogEntry.objects.values()))
    assert "own_password" in history
    assert "hush-hush" not in history


def test_an_empty_password_keeps_the_stored_one(
    administrator: Client, caldav: ConnectorAccount
) -> None:
    link = make_calendar_link(tina(), account=caldav)
    link.set_password("hush-hush")
    link.save()

    send(administrator, of(link))
    link.refresh_from_db()
    assert link.mailbox.password == "hush-hush"

    send(administrator, of(link), forget_password="on")
    link.refresh_from_db()
    assert link.mailbox.password == ""


def test_a_stored_password_does_not_go_to_another_server(
    administrator: Client, caldav: ConnectorAccount
) -> None:
    link = make_calendar_link(tina(), account=caldav)
    link.set_password("hush-hush")
    link.save()

    send(administrator, of(link), account=str(make_calendar_account(connector="caldav").pk))

    link.refresh_from_db()
    assert link.mailbox.password == ""


def test_a_password_where_the_profile_signs_in_for_all_is_refused(
    administrator: Client, caldav: ConnectorAccount, profile: ConnectorAccount
) -> None:
    answer = send(
        administrator, page(CalendarLink, "add"), resource=str(tina().pk), address="tina",
        account=str(profile.pk), own_password="hush-hush",
    )  # fmt: skip
    assert "needs no password of the user" in errors_of(answer)
    assert "hush-hush" not in answer.content.decode()


def test_a_new_password_is_tried_at_once(administrator: Client, caldav: ConnectorAccount) -> None:
    link = make_calendar_link(tina(), account=caldav)
    set_state(link, LinkState.FAILING, retry_at=timezone.now() + timedelta(days=3650))

    send(administrator, of(link), own_password="new words")

    link.refresh_from_db()
    assert link.retry_at is None
    assert rings() == ["doorstep.calendars.sync"]


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
