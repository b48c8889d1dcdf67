"""Limits that count wrong guesses alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpRequest
from django.test import RequestFactory

from doorstep.interfaces.web.rate_limit import GuessLimits, Limit, network_of

pytestmark = pytest.mark.django_db
LIMITS = GuessLimits(
    address=Limit("a", amount=2, seconds=60),
    network=Limit("n", amount=4, seconds=60),
    everybody=Limit("e", amount=6, seconds=60),
)


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(now, tick=False):
        yield


def request_from(address: str) -> HttpRequest:
    return RequestFactory().get("/", REMOTE_ADDR=address)


def guess(*addresses: str) -> None:
    for address in addresses:
        LIMITS.count(request_from(address))


def is_closed(address: str) -> bool:
    return LIMITS.are_used_up(request_from(address))


def test_an_address_has_its_own_limit() -> None:
    guess("192.0.2.1")
    assert not is_closed("192.0.2.1")
    guess("192.0.2.1")

    assert is_closed("192.0.2.1")
    assert not is_closed("192.0.2.2")


def test_a_network_has_one_limit_for_all_its_addresses() -> None:
    guess(*(f"192.0.2.{host}" for host in range(4)))

    assert is_closed("192.0.2.9")
    assert not is_closed("192.0.3.9")


def test_all_networks_together_have_one() -> None:
    guess(*(f"192.0.{net}.1" for net in range(6)))

    assert is_closed("203.0.113.1")


def test_asking_counts_nothing() -> None:
    for _ in range(20):
        is_closed("192.0.2.1")

    assert not is_closed("192.0.2.1")


def test_the_next_stretch_begins_anew(now: datetime) -> None:
    guess("192.0.2.1", "192.0.2.1")

    with time_machine.travel(now + timedelta(seconds=60), tick=False):
        assert not is_closed("192.0.2.1")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network
