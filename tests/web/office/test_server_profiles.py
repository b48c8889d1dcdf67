"""Server profiles: the company's accounts with calendar services, among the connectors."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.selectors import history_of
from tests.factories.calendars import make_calendar_account
from tests.unit.connectors.calendar.worlds import Trouble, make_world
from tests.unit.connectors.calendar.worlds import World as CalendarWorld

from .forms import errors_of, fields_of, run_dialog, said, send
from .world import World, page

ADD = "?service=calendar.google"
CHOICE = page(ConnectorAccount, "add")


@pytest.fixture
def google(world: World) -> Iterator[CalendarWorld]:
    served = make_world("google")
    with served.running():
        yield served


@pytest.fixture
def profile(google: CalendarWorld) -> ConnectorAccount:
    return make_calendar_account(settings=google.settings(), name="Our Google")


def change(account: ConnectorAccount) -> str:
    return page(ConnectorAccount, "change", account.pk)


def try_mailbox(client: Client, account: ConnectorAccount, **values: str) -> HttpResponse:
    return run_dialog(client, f"{page(ConnectorAccount)}{account.pk}/try_mailbox/", **values)


def test_the_choice_calls_them_server_profiles(administrator: Client, world: World) -> None:
    content = administrator.get(CHOICE).content.decode()
    assert "Calendars (server profiles)" in content
    assert "?service=calendar.google" in content


def test_a_profile_has_no_portal_and_no_allowance(
    administrator: Client, profile: ConnectorAccount
) -> None:
    fields = fields_of(administrator, CHOICE + ADD)
    assert not {"portal", "per_minute"} & set(fields)
    assert "Add server profile" in administrator.get(CHOICE + ADD).content.decode()

    content = administrator.get(change(profile)).content.decode()
    assert "Server profile" in content
    assert 'name="per_minute"' not in content


def test_a_profile_is_made_with_its_key_encrypted_and_never_shown(
    administrator: Client, google: CalendarWorld
) -> None:
    key = str(google.settings()["key"])
    answer = send(administrator, CHOICE + ADD, name="Our Google", setting_key=key)

    assert answer.status_code == 302, errors_of(answer)
    account = ConnectorAccount.objects.get(name="Our Google")
    assert (account.kind, account.connector, account.portal) == ("calendar", "google", None)
    for text in (
        administrator.get(change(account)).content.decode(),
        str(list(LogEntry.objects.values())),
    ):
        assert "PRIVATE KEY" not in text
    assert "PRIVATE KEY" not in account.settings_encrypted


def test_a_profile_is_tried_with_a_mailbox(
    administrator: Client, profile: ConnectorAccount, google: CalendarWorld
) -> None:
    answer = try_mailbox(administrator, profile, address=f" {google.mailbox.address} ")

    assert "HX-Redirect" in answer.headers, answer.content.decode()
    answer["Location"] = answer.headers["HX-Redirect"]
    assert said(administrator, answer)
    assert google.events() == []
    assert [entry.action for entry in history_of(profile)] == ["tried"]


def test_a_mailbox_that_is_not_there_is_told_in_words(
    administrator: Client, profile: ConnectorAccount, google: CalendarWorld
) -> None:
    google.trouble(Trouble.UNKNOWN_USER)
    answer = try_mailbox(administrator, profile, address=google.mailbox.address)
    assert "Our Google says:" in answer.content.decode()
    assert [entry.action for entry in history_of(profile)] == ["tried in vain"]


def test_a_paused_profile_is_left_alone(
    administrator: Client, profile: ConnectorAccount, google: CalendarWorld
) -> None:
    until = timezone.now() + timedelta(hours=1)
    ConnectorAccount.objects.filter(pk=profile.pk).update(paused_until=until)
    answer = try_mailbox(administrator, profile, address=google.mailbox.address)
    assert "resume it first" in answer.content.decode()
    assert google.requests() == 0


def test_a_profile_whose_settings_cannot_be_used_says_so(
    administrator: Client, world: World
) -> None:
    answer = try_mailbox(administrator, make_calendar_account(name="Empty"), address="a@b.example")
    assert "Empty says:" in answer.content.decode()


def test_neither_a_test_without_a_mailbox_nor_a_test_message_is_offered(
    administrator: Client, profile: ConnectorAccount
) -> None:
    content = administrator.get(change(profile)).content.decode()
    for action, is_offered in (("try_mailbox", True), ("test", False), ("send_test", False)):
        assert (f"/{profile.pk}/{action}/" in content) is is_offered
        if not is_offered:
            address = f"{page(ConnectorAccount)}{profile.pk}/{action}/"
            assert administrator.post(address, {"_form_submitted": "True"}).status_code == 404


def test_other_connectors_offer_no_mailbox(administrator: Client, world: World) -> None:
    other = ConnectorAccount.objects.exclude(kind="calendar").first()
    assert other is not None
    assert f"/{other.pk}/try_mailbox/" not in administrator.get(change(other)).content.decode()


def test_a_paused_profile_is_resumed(administrator: Client, profile: ConnectorAccount) -> None:
    ConnectorAccount.objects.filter(pk=profile.pk).update(
        failures=3, paused_until=timezone.now() + timedelta(hours=1), pause_reason="401: no"
    )
    assert "401: no" in administrator.get(change(profile)).content.decode()
    run_dialog(administrator, f"{page(ConnectorAccount)}{profile.pk}/resume_now/")
    profile.refresh_from_db()
    assert (profile.failures, profile.paused_until) == (0, None)


def test_the_list_shows_profiles_alone_from_the_menu(
    administrator: Client, profile: ConnectorAccount
) -> None:
    address = f"{page(ConnectorAccount)}?kind__exact=calendar"
    answer = administrator.get(address)
    assert address in answer.content.decode()
    assert {row.kind for row in answer.context["cl"].result_list} == {"calendar"}


def test_a_dispatcher_finds_none_and_tries_none(
    dispatcher: Client, profile: ConnectorAccount
) -> None:
    assert "kind__exact=calendar" not in dispatcher.get("/office/").content.decode()
    address = f"{page(ConnectorAccount)}{profile.pk}/try_mailbox/"
    data = {"_form_submitted": "True", "address": "a@b.example"}
    assert dispatcher.post(address, data).status_code == 404


def test_the_command_for_message_services_says_where_profiles_are_tried(
    profile: ConnectorAccount,
) -> None:
    with pytest.raises(CommandError, match="it is tried with a mailbox"):
        call_command("messages", "test-connector", "Our Google")
