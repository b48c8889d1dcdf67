"""What Carol says about messages on her profile page."""

import pytest
from django.test import Client

from doorstep.domain.notifications.models import Channel, Consent, ConsentSource
from doorstep.domain.notifications.services.consent import is_opted_out, opt_out
from tests.conftest import NOW
from tests.factories.bookings import World

from .journey import text_of

FORM = {"first_name": "Carol", "last_name": "Customer", "phone": "+447700900123", "save": "1"}


def takes_reminders(channel: Channel, address: str) -> bool:
    return not is_opted_out(channel, address, is_optional=True)


@pytest.mark.parametrize("channel", ["email", "sms", "both", ""])
def test_she_chooses_how_messages_come(channel: str, carols: Client, world: World) -> None:
    carols.post("/profile/", {**FORM, "message_channel": channel, "wants_reminders": "on"})

    world.contact.refresh_from_db()
    assert world.contact.message_channel == channel
    assert not Consent.objects.exists()


def test_a_channel_there_is_not_is_refused(carols: Client, world: World) -> None:
    page = carols.post("/profile/", {**FORM, "message_channel": "pigeon"})

    world.contact.refresh_from_db()
    assert page.status_code == 200
    assert world.contact.message_channel == ""
    assert not Consent.objects.exists()


def test_the_page_shows_whether_reminders_come(carols: Client, world: World) -> None:
    assert "checked" in box(carols)

    carols.post("/profile/", FORM)

    assert "checked" not in box(carols)


def test_without_the_tick_no_reminder_comes_on_any_channel(carols: Client, world: World) -> None:
    carols.post("/profile/", FORM)

    assert not takes_reminders(Channel.EMAIL, world.contact.email)
    assert not takes_reminders(Channel.SMS, "+447700900123")
    assert set(Consent.objects.values_list("source", flat=True)) == {ConsentSource.PORTAL}


def test_a_new_number_gets_no_reminders_either(carols: Client) -> None:
    carols.post("/profile/", {**FORM, "phone": "+447700900999"})

    assert not takes_reminders(Channel.SMS, "+447700900999")


def test_with_the_tick_they_come_again(carols: Client, world: World) -> None:
    carols.post("/profile/", FORM)
    carols.post("/profile/", {**FORM, "wants_reminders": "on"})

    assert takes_reminders(Channel.EMAIL, world.contact.email)
    assert takes_reminders(Channel.SMS, "+447700900123")


def test_who_has_texted_stop_reads_how_to_start_again(carols: Client) -> None:
    assert "text START" not in text_of(carols.get("/profile/"))

    opt_out(channel=Channel.SMS, address="+447700900123", source=ConsentSource.REPLY, now=NOW)

    assert "text START" in text_of(carols.get("/profile/"))


def test_to_skip_the_page_says_nothing_about_messages(carols: Client) -> None:
    carols.post("/profile/", {"skip": "1"})

    assert not Consent.objects.exists()


def box(client: Client) -> str:
    html = client.get("/profile/").content.decode()
    return next(tag for tag in html.split("<") if 'name="wants_reminders"' in tag)
