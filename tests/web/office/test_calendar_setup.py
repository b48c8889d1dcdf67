"""Technicians' calendars are set up in the office; passwords go in and never come out."""

from datetime import timedelta

import pytest
from django.db.models.signals import pre_save
from django.test import Client
from django.utils import timezone

from doorstep.domain.calendars.models import CalendarLink, LinkState
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.resources.models import ResourceKind
from doorstep.platform.audit.models import LogEntry
from tests.factories.calendars import (
    make_calendar_account,
    make_calendar_link,
)
from tests.factories.resources import make_technician, tina

from .calendars import actions_of, of, rings, set_state, shown, toms
from .forms import errors_of, fields_of, send
from .world import World, page


@pytest.fixture
def profile(world: World) -> ConnectorAccount:
    return make_calendar_account(name="Our Microsoft 365", connector="google")


@pytest.fixture
def caldav(world: World) -> ConnectorAccount:
    return make_calendar_account(name="Nextcloud", connector="caldav")


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
