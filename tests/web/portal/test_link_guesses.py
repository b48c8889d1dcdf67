"""Guessing codes: it hits nothing, it is slowed down, and nothing can be learned (F70)."""

import random
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.domain.bookings.models import Booking, BookingCode
from doorstep.interfaces.portal.links import GUESSES
from doorstep.platform.lib.tokens import CROCKFORD, new_link_code
from tests.factories.bookings import World, book, make_link

from .visitors import base_of


@pytest.fixture
def visit(world: World) -> Booking:
    return book(world, now=timezone.now())


@pytest.fixture
def link(visit: Booking) -> str:
    return make_link(visit, now=timezone.now())


def guesses(code: str) -> Iterator[str]:
    """Near misses of a code that exists, then what a guesser would try, then anything."""
    rng = random.Random(70)
    for place, letter in enumerate(code):
        for other in rng.sample(CROCKFORD.lower(), 3):
            if other != letter:
                yield code[:place] + other + code[place + 1 :]
    yield from (code[:-1], code[1:], code + "0", code[::-1], code * 2, code * 40)
    yield from ("", "0", "1" * 26, "admin", "%00", "'--", "../" * 9, "\u202e" * 26, "９" * 26)
    row = BookingCode.objects.get()
    yield from (row.code_hash, str(row.pk), row.booking.code, str(row.booking.number))
    while True:
        yield new_link_code()


def ask(client: Client, code: str, address: str) -> int:
    return client.get(f"/v/{code}", REMOTE_ADDR=address).status_code


def test_guesses_from_everywhere_hit_nothing(visit: Booking, link: str) -> None:
    tries = guesses(link.removeprefix("/v/"))
    client = Client()

    answers = {
        ask(client, next(tries), f"10.{number // 250}.{number % 250}.1") for number in range(300)
    }

    assert answers <= {404, 400}
    assert not client.cookies.get("visit_link")
    assert BookingCode.objects.get().open_count == 0


def test_one_address_is_slowed_down_and_then_hits_nothing_even_with_the_right_code(
    visit: Booking, link: str
) -> None:
    tries = guesses(link.removeprefix("/v/"))
    client = Client()

    answers = [ask(client, next(tries), "192.0.2.7") for _ in range(GUESSES.address.amount + 5)]

    assert answers == [404] * GUESSES.address.amount + [429] * 5
    assert ask(client, link.removeprefix("/v/"), "192.0.2.7") == 429
    assert not client.cookies.get("visit_link")
    assert ask(client, link.removeprefix("/v/"), "192.0.2.8") == 302


@pytest.mark.parametrize(
    ("near", "far"),
    [("198.51.100.{}", "198.51.101.1"), ("2001:db8:0:1::{}", "2001:db8:0:2::1")],
    ids=["IPv4 /24", "IPv6 /64"],
)
def test_a_network_is_slowed_down_as_one(visit: Booking, near: str, far: str) -> None:
    client = Client()

    for number in range(GUESSES.network.amount):
        assert ask(client, new_link_code(), near.format(number + 1)) == 404

    assert ask(client, new_link_code(), near.format(200)) == 429
    assert ask(client, new_link_code(), far) == 404


def test_customers_behind_one_address_do_not_shut_each_other_out(visit: Booking, link: str) -> None:
    for _ in range(GUESSES.network.amount + 5):
        assert ask(Client(), link.removeprefix("/v/"), "192.0.2.7") == 302


def test_who_is_slowed_down_keeps_the_page_that_is_open(visit: Booking, link: str) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.get(link)
    for _ in range(GUESSES.address.amount + 1):
        ask(Client(), "wrong", "192.0.2.7")

    assert client.get(base_of(visit)).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put"])
def test_no_log_holds_a_code(
    visit: Booking, link: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        for _ in range(GUESSES.address.amount + 2):
            getattr(Client(), method)(link)
            BookingCode.objects.update(blocked_at=timezone.now())

    assert link.removeprefix("/v/") not in caplog.text
