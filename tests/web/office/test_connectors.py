"""Connectors in the office: set up by an administrator, tried out, resumed; secrets never shown."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from doorstep.connectors.registry import CALENDAR, EMAIL, SMS, TRAFFIC
from doorstep.domain.notifications.links import report_url
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.selectors import history_of
from tests.doubles import twilio as twilio_double
from tests.doubles.google_routes import GoogleRoutesDouble
from tests.doubles.http import Reply
from tests.doubles.http import running as running_http
from tests.doubles.smtp import SmtpDouble, running
from tests.doubles.traffic import KEY
from tests.factories.identity import otto
from tests.factories.inbound import twilio_account
from tests.factories.notifications import make_sms_account
from tests.factories.organization import make_company
from tests.factories.traffic import traffic_account

from .forms import errors_of, fields_of, run_dialog, said, send
from .world import World, page

ADD = "?service=email.smtp"
ALL = (("email", EMAIL), ("sms", SMS), ("traffic", TRAFFIC), ("calendar", CALENDAR))
TOKEN = twilio_double.AUTH_TOKEN


@pytest.fixture
def twilio(world: World) -> ConnectorAccount:
    return twilio_account(name="Twilio UK")


@pytest.fixture
def mail(world: World) -> Iterator[tuple[ConnectorAccount, SmtpDouble]]:
    with running(SmtpDouble()) as double:
        account = ConnectorAccount(name="Mail", kind="email", connector="smtp")
        account.settings = {"host": double.host, "port": double.port, "security": "none"}
        account.save()
        yield account, double


def change(account: ConnectorAccount) -> str:
    return page(ConnectorAccount, "change", account.pk)


def press(client: Client, account: ConnectorAccount, action: str, **values: str) -> HttpResponse:
    return run_dialog(client, f"{page(ConnectorAccount)}{account.pk}/{action}/", **values)


def told(client: Client, answer: HttpResponse) -> str:
    assert "HX-Redirect" in answer.headers, answer.content.decode()
    answer["Location"] = answer.headers["HX-Redirect"]
    return said(client, answer)


# --- Setting one up --------------------------------------------------------------------------


def test_every_service_of_the_registry_can_be_chosen_and_has_a_form(
    administrator: Client, world: World
) -> None:
    address = page(ConnectorAccount, "add")
    content = administrator.get(address).content.decode()
    for kind, entries in ALL:
        for name in entries:
            assert f"?service={kind}.{name}" in content
            assert administrator.get(f"{address}?service={kind}.{name}").status_code == 200


@pytest.mark.parametrize("service", ["", "sms.pigeon", "travel.osrm", "email.", "x.y.z", "sms"])
def test_a_bent_choice_of_a_service_is_no_error(
    administrator: Client, world: World, service: str
) -> None:
    address = f"{page(ConnectorAccount, 'add')}?service={service}"
    assert administrator.get(address).status_code == 404
    assert administrator.post(address, {"name": "x"}).status_code == 404


def test_an_account_is_made_with_its_settings_encrypted(
    administrator: Client, world: World
) -> None:
    answer = send(
        administrator, page(ConnectorAccount, "add") + ADD, name="Mail", setting_host="mx.example",
        setting_user="acme", setting_password="hush-hush", setting_port="465",
        setting_security="tls",
    )  # fmt: skip

    assert answer.status_code == 302, errors_of(answer)
    account = ConnectorAccount.objects.get(name="Mail")
    assert (account.kind, account.connector) == ("email", "smtp")
    assert account.settings == {
        "host": "mx.example", "user": "acme", "password": "hush-hush", "port": 465,
        "security": "tls", "timeout_s": 20.0, "accept_timeout_s": 60.0,
    }  # fmt: skip
    assert "hush-hush" not in account.settings_encrypted


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"setting_host": ""}, "setting_host", "required"),
        ({"setting_port": "many"}, "setting_port", "whole number"),
        ({"setting_security": "rot13"}, "setting_security", "valid choice"),
        ({"setting_security": "none", "setting_user": "acme"}, "setting_security", "“Encryption”"),
        ({"setting_timeout_s": "nan"}, "setting_timeout_s", "number"),
    ],
)
def test_wrong_settings_are_shown_at_their_field(
    administrator: Client, world: World, changes: dict[str, str], field: str, words: str
) -> None:
    good = {"name": "Mail", "setting_host": "mx.example"}
    answer = send(administrator, page(ConnectorAccount, "add") + ADD, **good | changes)

    context: Any = answer.context  # type: ignore[attr-defined]
    errors = context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in str(errors[field])
    assert not ConnectorAccount.objects.filter(name="Mail").exists()


def test_settings_that_do_not_fit_together_name_the_one_to_mend(
    administrator: Client, world: World
) -> None:
    answer = send(
        administrator, page(ConnectorAccount, "add") + "?service=sms.twilio", name="Twilio",
        setting_account_sid=twilio_double.ACCOUNT_SID, setting_auth_token=TOKEN,
    )  # fmt: skip

    assert "“Sender” or “Messaging Service SID” is required" in errors_of(answer)
    assert TOKEN not in answer.content.decode()


# --- Secrets ---------------------------------------------------------------------------------


def test_a_stored_secret_is_never_in_the_page(
    administrator: Client, twilio: ConnectorAccount
) -> None:
    content = administrator.get(change(twilio)).content.decode()

    assert TOKEN not in content
    assert "Stored; empty keeps it" in content
    assert twilio_double.SENDER in content


def test_saving_with_the_secret_left_empty_keeps_it(
    administrator: Client, twilio: ConnectorAccount
) -> None:
    send(administrator, change(twilio), setting_from_number="+447700900999")

    twilio.refresh_from_db()
    assert twilio.settings["auth_token"] == TOKEN
    assert twilio.settings["from_number"] == "+447700900999"


def test_a_secret_that_is_not_needed_any_more_can_be_forgotten(
    administrator: Client, mail: tuple[ConnectorAccount, SmtpDouble]
) -> None:
    account, _double = mail
    account.settings = account.settings | {"password": "hush-hush"}
    account.save()

    send(administrator, change(account), forget_password="on")

    account.refresh_from_db()
    assert "password" not in account.settings
    assert "forget_password" not in fields_of(administrator, change(account))


def test_no_secret_gets_into_history_log_or_a_refused_page(
    administrator: Client, twilio: ConnectorAccount, caplog: pytest.LogCaptureFixture
) -> None:
    new = "0123456789abcdef0123456789abcdef"
    with caplog.at_level(logging.DEBUG):
        refused = send(administrator, change(twilio), setting_auth_token=new, name="")
        send(administrator, change(twilio), setting_auth_token=new)

    twilio.refresh_from_db()
    assert twilio.settings["auth_token"] == new
    history = str(list(LogEntry.objects.values()))
    assert "setting_auth_token" in history
    for secret in (new, TOKEN):
        assert secret not in history
        assert secret not in caplog.text
        assert secret not in refused.content.decode()


def test_saving_without_a_change_leaves_the_stored_settings_alone(
    administrator: Client, mail: tuple[ConnectorAccount, SmtpDouble]
) -> None:
    account, _double = mail
    send(administrator, change(account))
    account.refresh_from_db()
    before = account.settings_encrypted

    send(administrator, change(account), name="Mail of ours")

    account.refresh_from_db()
    assert account.name == "Mail of ours"
    assert account.settings_encrypted == before


def test_secrets_whose_key_is_gone_are_typed_anew(
    administrator: Client, twilio: ConnectorAccount
) -> None:
    ConnectorAccount.objects.filter(pk=twilio.pk).update(settings_encrypted="gone")

    assert "please type them anew" in administrator.get(change(twilio)).content.decode()
    answer = send(
        administrator, change(twilio), setting_account_sid=twilio_double.ACCOUNT_SID,
        setting_auth_token=TOKEN, setting_from_number=twilio_double.SENDER,
    )  # fmt: skip

    assert answer.status_code == 302, errors_of(answer)
    twilio.refresh_from_db()
    assert twilio.settings["auth_token"] == TOKEN


# --- Trying it out, resuming -----------------------------------------------------------------


def test_a_test_says_what_the_service_answered(
    administrator: Client, mail: tuple[ConnectorAccount, SmtpDouble]
) -> None:
    account, double = mail

    assert f"{double.host}:{double.port} answers" in told(
        administrator, press(administrator, account, "test")
    )
    assert double.mails == []
    assert [(entry.action, entry.actor) for entry in history_of(account)] == [("tried", otto())]


def test_a_test_that_fails_says_why_and_stays_open(
    administrator: Client, mail: tuple[ConnectorAccount, SmtpDouble]
) -> None:
    account, _double = mail
    account.settings = account.settings | {"port": 1}
    account.save()

    answer = press(administrator, account, "test")

    assert "HX-Redirect" not in answer.headers
    assert "Mail says:" in answer.content.decode()


def test_a_service_that_cannot_be_asked_offers_a_test_message_alone(
    administrator: Client, world: World
) -> None:
    console = make_sms_account(name="Screen")

    content = administrator.get(change(console)).content.decode()

    assert f"/{console.pk}/test/" not in content
    assert f"/{console.pk}/send_test/" in content


def test_a_test_message_goes_to_the_address_that_was_typed(
    administrator: Client, mail: tuple[ConnectorAccount, SmtpDouble]
) -> None:
    account, double = mail

    answer = press(administrator, account, "send_test", to="Otto@Example.com")

    assert "It was taken over." in told(administrator, answer)
    assert double.recipients == ["otto@example.com"]


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ({"is_outbound_held": True}, "Nothing leaves"),
        ({"is_dry_run": True}, "Nothing leaves"),
        ({"allowed_recipients": "@acme.example"}, "Only some recipients"),
    ],
)
def test_the_switches_of_the_company_hold_for_test_messages_too(
    administrator: Client,
    mail: tuple[ConnectorAccount, SmtpDouble],
    switch: dict[str, Any],
    words: str,
) -> None:
    account, double = mail
    make_company(**switch)

    answer = press(administrator, account, "send_test", to="otto@example.com")

    assert words in answer.content.decode()
    assert double.mails == []


@pytest.mark.parametrize("to", ["12", "nobody", "+44", "<script>"])
def test_a_test_message_needs_a_whole_number(administrator: Client, world: World, to: str) -> None:
    answer = press(administrator, make_sms_account(name="Screen"), "send_test", to=to)

    assert "This is not a phone number." in answer.content.decode()


def test_a_paused_account_says_why_and_is_resumed(
    administrator: Client, twilio: ConnectorAccount
) -> None:
    assert f"/{twilio.pk}/resume_now/" not in administrator.get(change(twilio)).content.decode()
    ConnectorAccount.objects.filter(pk=twilio.pk).update(
        failures=7, paused_until=timezone.now() + timedelta(minutes=5), pause_reason="401: no"
    )
    content = administrator.get(change(twilio)).content.decode()
    assert "401: no" in content
    assert "Paused" in administrator.get(page(ConnectorAccount)).content.decode()

    assert told(administrator, press(administrator, twilio, "resume_now")) == "It is in use again."

    twilio.refresh_from_db()
    assert (twilio.failures, twilio.paused_until) == (0, None)
    assert [(entry.action, entry.actor) for entry in history_of(twilio)] == [("resumed", otto())]


def test_the_address_for_reports_is_shown_where_the_service_reports(
    administrator: Client, twilio: ConnectorAccount, mail: tuple[ConnectorAccount, SmtpDouble]
) -> None:
    assert report_url(twilio) in administrator.get(change(twilio)).content.decode()
    assert report_url(mail[0]) not in administrator.get(change(mail[0])).content.decode()


# --- Who may ---------------------------------------------------------------------------------


def test_a_dispatcher_finds_no_connectors(dispatcher: Client, twilio: ConnectorAccount) -> None:
    assert page(ConnectorAccount) not in dispatcher.get("/office/").content.decode()
    for address in (page(ConnectorAccount), page(ConnectorAccount, "add") + ADD, change(twilio)):
        assert dispatcher.get(address).status_code == 404
    for action in ("test", "send_test", "resume_now"):
        address = f"{page(ConnectorAccount)}{twilio.pk}/{action}/"
        assert dispatcher.post(address, {"_form_submitted": "True"}).status_code == 404


def test_a_service_that_is_gone_can_still_be_read_and_switched_off(
    administrator: Client, twilio: ConnectorAccount
) -> None:
    ConnectorAccount.objects.filter(pk=twilio.pk).update(connector="pigeon")

    assert "pigeon" in administrator.get(change(twilio)).content.decode()
    send(administrator, change(twilio), is_active=None)

    twilio.refresh_from_db()
    assert not twilio.is_active


# --- Traffic ---------------------------------------------------------------------------------


@pytest.fixture
def google(world: World) -> Iterator[tuple[ConnectorAccount, GoogleRoutesDouble]]:
    with running_http(GoogleRoutesDouble()) as double:
        yield traffic_account("google_routes", double.url, name="Google"), double


def test_a_traffic_service_is_set_up_with_its_key_alone(
    administrator: Client, world: World
) -> None:
    service = page(ConnectorAccount, "add") + "?service=traffic.tomtom"
    assert "portal" not in fields_of(administrator, service)

    answer = send(administrator, service, name="TomTom", setting_api_key=KEY)

    assert answer.status_code == 302, errors_of(answer)
    account = ConnectorAccount.objects.get(name="TomTom")
    assert (account.kind, account.connector, account.portal) == ("traffic", "tomtom", None)
    assert account.settings["api_key"] == KEY
    assert account.settings["base_url"] == "https://api.tomtom.com"
    assert KEY not in account.settings_encrypted
    assert KEY not in administrator.get(change(account)).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"setting_api_key": "two words"}, "“API key” must be letters, digits and signs"),
        ({"setting_base_url": "http://api.tomtom.com"}, "“Address” must start with https://"),
    ],
)
def test_a_traffic_service_that_cannot_work_is_refused_in_words(
    administrator: Client, world: World, changes: dict[str, str], words: str
) -> None:
    service = page(ConnectorAccount, "add") + "?service=traffic.tomtom"
    answer = send(administrator, service, **{"name": "TomTom", "setting_api_key": KEY} | changes)

    assert words in errors_of(answer)


def test_the_test_of_a_traffic_service_says_what_it_answered(
    administrator: Client, google: tuple[ConnectorAccount, GoogleRoutesDouble]
) -> None:
    told_now = told(administrator, press(administrator, google[0], "test"))

    assert "It answers, with traffic: 4.1 km in" in told_now


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(403), "refuses the API key: it is wrong, or may not ask for routes"),
        (Reply(429), "the quota of this key is used up"),
        (Reply(503), "HTTP status 503"),
        (Reply(body=b"<html>"), "The answer is not JSON"),
    ],
)
def test_the_test_of_a_traffic_service_says_what_is_wrong(
    administrator: Client,
    google: tuple[ConnectorAccount, GoogleRoutesDouble],
    reply: Reply,
    words: str,
) -> None:
    account, double = google
    double.reply = reply

    content = press(administrator, account, "test").content.decode()

    assert "Google says:" in content
    assert words in content
    assert KEY not in content


def test_a_traffic_service_offers_no_test_message(
    administrator: Client, google: tuple[ConnectorAccount, GoogleRoutesDouble]
) -> None:
    account, double = google

    content = administrator.get(change(account)).content.decode()
    address = f"{page(ConnectorAccount)}{account.pk}/send_test/"
    posted = administrator.post(address, {"_form_submitted": "True", "to": "otto@example.com"})

    assert f"/{account.pk}/test/" in content
    assert f"/{account.pk}/send_test/" not in content
    assert posted.status_code == 404
    assert double.requests == []
