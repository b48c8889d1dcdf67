"""The switches over all messages, what portals send, tasks and consent in the office."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from doorstep.domain.notifications.models import (
    Channel,
    Consent,
    ConsentSource,
    MessageSettings,
    StaffTask,
    TaskKind,
)
from doorstep.domain.notifications.services.consent import wishes_of
from doorstep.domain.organization.models import Company, Portal
from doorstep.platform.audit.models import LogEntry
from doorstep.platform.audit.selectors import history_of
from tests.factories.customers import carol
from tests.factories.identity import dana
from tests.factories.organization import make_company

from .forms import errors_of, run_dialog, send
from .world import World, page

SETTINGS = "message_settings-0-"
NUMBER = "+447700900123"


def set_messages(client: Client, world: World, **values: Any) -> Any:
    changes = {f"{SETTINGS}{name}": value for name, value in values.items()}
    return send(client, page(Portal, "change", world.portal.pk), **changes)


def stored(world: World) -> MessageSettings:
    return MessageSettings.objects.get(portal=world.portal)


# --- The switches ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ({"is_outbound_held": True}, "All messages are held."),
        ({"is_dry_run": True}, "Dry run:"),
        ({"allowed_recipients": "@acme.example"}, "Only some recipients"),
    ],
)
def test_every_page_says_that_messages_do_not_go_out_as_usual(
    dispatcher: Client, world: World, switch: dict[str, Any], words: str
) -> None:
    pages = (reverse("office:index"), page(Portal), page(Portal, "change", world.portal.pk),
             reverse("office:why"))  # fmt: skip
    assert all(words not in dispatcher.get(each).content.decode() for each in pages)

    make_company(**switch)

    assert all(words in dispatcher.get(each).content.decode() for each in pages)


def test_an_administrator_holds_all_messages_and_the_history_says_so(
    administrator: Client, world: World
) -> None:
    company = make_company()

    answer = send(administrator, page(Company, "change", company.pk), is_outbound_held="on")

    company.refresh_from_db()
    assert answer.status_code == 302, errors_of(answer)
    assert company.is_outbound_held
    assert history_of(company)[0].data["changes"] == {"is_outbound_held": [False, True]}


def test_the_fence_is_kept_in_the_form_in_which_addresses_are_compared(
    administrator: Client, world: World
) -> None:
    company = make_company()
    typed = "  Otto@Example.com\n\n@Acme.Example\n07700 900123 "

    send(administrator, page(Company, "change", company.pk), allowed_recipients=typed)

    company.refresh_from_db()
    assert company.allowed_recipients.split() == ["otto@example.com", "@acme.example", NUMBER]


def test_a_fence_of_nonsense_is_refused(administrator: Client, world: World) -> None:
    address = page(Company, "change", make_company().pk)
    answer = send(administrator, address, allowed_recipients="everybody")
    assert "“everybody” is no e-mail address" in errors_of(answer)


def test_a_dispatcher_does_not_see_the_switches(dispatcher: Client, world: World) -> None:
    address = page(Company, "change", make_company().pk)
    assert "is_outbound_held" not in dispatcher.get(address).content.decode()
    assert dispatcher.post(address, {"is_outbound_held": "on"}).status_code == 404


# --- What a portal sends ---------------------------------------------------------------------


def test_saving_the_portal_alone_makes_no_settings(administrator: Client, world: World) -> None:
    answer = set_messages(administrator, world)
    assert answer.status_code == 302, errors_of(answer)
    assert not MessageSettings.objects.exists()


def test_settings_of_messages_are_kept_as_typed(administrator: Client, world: World) -> None:
    answer = set_messages(
        administrator, world, reminder_days="1, 7, 0, 7", reminder_time="18:30", reminder_zone="",
        channel="both", send_to="booked_by", settle_seconds="5", reschedule_minutes="15",
        quiet_from="22:00", quiet_to="07:00", staff_addresses="a@example.com\nb@example.com",
        sent_types=["booking_confirmed", "invitation"],
    )  # fmt: skip

    assert answer.status_code == 302, errors_of(answer)
    settings = stored(world)
    assert settings.reminders == [7, 1]
    assert (settings.channel, settings.send_to, settings.reminder_zone) == ("both", "booked_by", "")
    assert (settings.quiet_from, settings.quiet_to) == (time(22), time(7))
    assert "booking_reminder" in settings.switched_off
    assert not {"booking_confirmed", "invitation"} & set(settings.switched_off)
    assert LogEntry.objects.filter(object_type="organization.portal", action="changed").exists()


def test_every_type_can_be_switched_off_and_on(administrator: Client, world: World) -> None:
    set_messages(administrator, world, sent_types=None)
    everything_off = set(stored(world).switched_off)
    set_messages(administrator, world, sent_types=sorted(everything_off))

    assert {"booking_confirmed", "booking_reminder", "staff_booked"} <= everything_off
    assert "password_reset" not in everything_off
    assert stored(world).switched_off == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reminder_days": "tomorrow"}, "whole number"),
        ({"reminder_days": "31"}, "less than or equal to 30"),
        ({"reminder_days": "-1"}, "greater than or equal to 0"),
        ({"reminder_zone": "Mars/Olympus"}, "zone"),
        ({"quiet_from": "22:00"}, "both a beginning and an end"),
        ({"staff_addresses": "a@example.com\nnobody"}, "nobody is not an e-mail address"),
        ({"settle_seconds": "99999"}, "less than or equal to 3600"),
        ({"sent_types": ["pigeon"]}, "pigeon is not one of the available choices"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    administrator: Client, world: World, values: dict[str, Any], words: str
) -> None:
    assert words in errors_of(set_messages(administrator, world, **values))
    assert not MessageSettings.objects.exists()


# --- Tasks -----------------------------------------------------------------------------------


def test_open_tasks_come_first_and_are_counted_on_the_front_page(
    dispatcher: Client, world: World
) -> None:
    task = StaffTask.objects.get()
    older = StaffTask.objects.create(kind=TaskKind.CUSTOMER_WROTE, text="Older", dedupe_key="a")
    address = f"{page(StaffTask)}{task.pk}/done/"

    assert dispatcher.get(reverse("office:index")).content.decode().count("?done=no") == 1
    answer = run_dialog(dispatcher, address)

    assert answer.headers["HX-Redirect"] == page(StaffTask, "change", task.pk)
    task.refresh_from_db()
    assert task.done_by == dana()
    assert [(entry.action, entry.actor) for entry in history_of(task)] == [("done", dana())]
    listed = list(dispatcher.get(page(StaffTask)).context["cl"].result_list)
    assert listed == [older, task]
    assert "/done/" not in dispatcher.get(page(StaffTask, "change", task.pk)).content.decode()


def test_a_task_is_done_once(dispatcher: Client, world: World) -> None:
    task = StaffTask.objects.get()
    address = f"{page(StaffTask)}{task.pk}/done/"
    run_dialog(dispatcher, address)

    assert dispatcher.post(address, {"_form_submitted": "True"}).status_code == 404

    assert len(history_of(task)) == 1


# --- Consent ---------------------------------------------------------------------------------


def opt(client: Client, wish: str, **values: str) -> Any:
    typed = {"channel": "sms", "address": "07700 900123", "scope": "all", "detail": "on the phone"}
    return client.post(page(Consent, "add"), {"wish": wish} | typed | values)


def test_a_dispatcher_opts_an_address_out_and_in_again(dispatcher: Client, world: World) -> None:
    number = carol().phone
    answer = opt(dispatcher, "out", address=number)
    assert answer.status_code == 302, errors_of(answer)
    assert wishes_of(Channel.SMS, number).refuses_all
    entry = Consent.objects.latest("pk")
    assert (entry.source, entry.address, entry.contact) == (ConsentSource.OFFICE, number, carol())
    assert [(each.action, each.actor) for each in history_of(entry)] == [("created", dana())]

    opt(dispatcher, "in", address=number)

    assert not wishes_of(Channel.SMS, number).refuses_all
    assert Consent.objects.filter(address=number).count() == 2


def test_an_address_is_written_down_as_messages_know_it(dispatcher: Client, world: World) -> None:
    opt(dispatcher, "out")
    opt(dispatcher, "out", channel="email", address="Carol@Example.com", scope="optional")

    assert wishes_of(Channel.SMS, NUMBER).refuses_all
    assert wishes_of(Channel.EMAIL, "carol@example.com").refuses_optional


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"address": "12"}, "not a phone number"),
        ({"channel": "email", "address": "nobody"}, "valid email address"),
        ({"scope": "everything"}, "valid choice"),
        ({"wish": "maybe"}, "valid choice"),
    ],
)
def test_nonsense_is_not_written_down(
    dispatcher: Client, world: World, values: dict[str, str], words: str
) -> None:
    wish = values.pop("wish", "out")
    assert words in errors_of(opt(dispatcher, wish, **values))
    assert Consent.objects.count() == 1


def test_the_ledger_is_searched_and_never_changed(dispatcher: Client, world: World) -> None:
    entry = Consent.objects.get()

    assert dispatcher.get(page(Consent), {"q": "somebody"}).context["cl"].result_count == 1
    for action in ("change", "delete"):
        address = page(Consent, action, entry.pk)
        assert dispatcher.post(address, {"address": "x", "post": "yes"}).status_code == 404
    entry.refresh_from_db()
    assert entry.address == "somebody@example.com"
