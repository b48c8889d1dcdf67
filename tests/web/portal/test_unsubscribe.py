"""The way out of reminders: by the mail program's button (RFC 8058) and by the page behind the link
(reliability F73)."""

import json
from urllib.parse import urlsplit

import pytest
from django.test import Client

from doorstep.domain.notifications.models import Channel, Consent, ConsentSource, Message
from doorstep.domain.notifications.services.consent import is_opted_out, opt_out
from doorstep.domain.notifications.unsubscribe import make_token, unsubscribe_url
from doorstep.platform.lib.secrets import encrypt
from tests.conftest import NOW
from tests.factories.bookings import World

from .journey import text_of

EMAIL = "carol@example.com"
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def url(world: World) -> str:
    message = Message(channel=Channel.EMAIL, address=EMAIL, portal=world.portal)
    return urlsplit(unsubscribe_url(message)).path


def is_out(address: str = EMAIL, *, is_optional: bool = True) -> bool:
    return is_opted_out(Channel.EMAIL, address, is_optional=is_optional)


def sources() -> list[str]:
    return list(Consent.objects.order_by("pk").values_list("source", flat=True))


def test_the_mail_programs_button_acts_at_once(url: str) -> None:
    machine = Client(enforce_csrf_checks=True)

    answer = machine.post(url, ONE_CLICK, content_type=FORM)

    assert answer.status_code == 200
    assert (is_out(), is_out(is_optional=False)) == (True, False)
    assert sources() == [ConsentSource.ONE_CLICK]


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "One-Click"}])
def test_a_bare_post_in_any_dress_is_enough(url: str, body: dict[str, str]) -> None:
    answer = Client(enforce_csrf_checks=True).post(url, body)  # multipart

    assert answer.status_code == 200
    assert is_out()


def test_the_button_pressed_twice_is_one_entry(url: str, client: Client) -> None:
    for _time in range(3):
        client.post(url, ONE_CLICK, content_type=FORM)

    assert sources() == [ConsentSource.ONE_CLICK]


def test_looking_changes_nothing(url: str, client: Client) -> None:
    assert client.get(url).status_code == 200
    assert client.head(url).status_code == 200
    assert client.options(url).status_code == 405

    assert not Consent.objects.exists()


def test_the_page_says_what_stops_and_what_still_comes(url: str, client: Client) -> None:
    page = text_of(client.get(url))

    assert "Stop reminders and surveys?" in page
    assert "when a visit is confirmed, moved or canceled" in page


def test_the_pages_button_stops_and_offers_to_undo(url: str) -> None:
    person = Client(enforce_csrf_checks=True)  # cookies switched off: no token

    page = text_of(person.post(url, {"choice": "stop"}, follow=True))

    assert "No more reminders and surveys" in page
    assert "Send them again" in page
    assert is_out()


def test_undone_they_come_again(url: str, client: Client) -> None:
    client.post(url, {"choice": "stop"})

    page = text_of(client.post(url, {"choice": "start"}, follow=True))

    assert "Stop reminders and surveys?" in page
    assert not is_out()
    assert sources() == [ConsentSource.LINK, ConsentSource.LINK]


def test_who_gets_nothing_at_all_is_told_so_and_may_change_it(url: str, client: Client) -> None:
    opt_out(channel=Channel.EMAIL, address=EMAIL, source=ConsentSource.PROVIDER, now=NOW)

    before = text_of(client.get(url))
    client.post(url, {"choice": "start"})

    assert "You get no messages from us" in before
    assert not is_out(is_optional=False)


def test_the_link_shows_the_address_to_nobody(url: str, client: Client) -> None:
    assert "carol" not in url
    assert EMAIL not in client.get(url).content.decode()
    assert "c•••@example.com" in text_of(client.get(url))


def test_the_link_outlives_its_message(url: str, client: Client) -> None:
    assert not Message.objects.exists()

    assert client.post(url, ONE_CLICK, content_type=FORM).status_code == 200


def test_the_link_leads_to_the_portal_the_message_came_from(world: World) -> None:
    world.portal.host_name = "book.acme.example"
    message = Message(channel=Channel.EMAIL, address=EMAIL, portal=world.portal)

    assert urlsplit(unsubscribe_url(message)).netloc == "book.acme.example"


BROKEN = {
    "short": lambda: "x",
    "long": lambda: "x" * 5000,
    "cut": lambda: make_token(Channel.EMAIL, EMAIL)[:-3],
    "changed": lambda: make_token(Channel.EMAIL, EMAIL).swapcase(),
    "beheaded": lambda: make_token(Channel.EMAIL, EMAIL)[1:],
    "another secret": lambda: encrypt("carol@example.com"),
    "another purpose": lambda: encrypt(json.dumps(["something else", "email", EMAIL])),
    "another channel": lambda: encrypt(json.dumps(["unsubscribe", "pigeon", EMAIL])),
    "a number": lambda: encrypt(json.dumps(["unsubscribe", "email", 7])),
    "an object": lambda: encrypt(json.dumps({"unsubscribe": "email"})),
    "umlaut": lambda: "ünsubscribe",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_token_that_is_not_ours_does_nothing(kind: str, world: World, client: Client) -> None:
    token = BROKEN[kind]()
    url = f"/unsubscribe/{token}/"

    assert "This link does not work" in text_of(client.get(url))
    assert client.post(url, ONE_CLICK, content_type=FORM).status_code == 404
    assert not Consent.objects.exists()


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt", "ar", "he"])
def test_the_page_speaks_the_readers_language(url: str, client: Client, language: str) -> None:
    page = text_of(client.get(url, headers={"Accept-Language": language}))

    assert "Stop reminders" not in page
