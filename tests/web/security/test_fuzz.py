"""Forms of the portal filled by chance: 500 requests, and no error of ours (reliability F85)."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.bookings import FRIDAY, window_key
from tests.web.office.world import World

from .conftest import Browser

NAMES = (
    "asset", "service", "key", "hold", "request_key", "details", "version", "reason", "note",
    "first_name", "last_name", "phone", "language", "code", "next", "login", "email", "password",
)  # fmt: skip
ADDRESSES = (
    "/book/asset/", "/book/service/", "/book/time/", "/book/details/", "/book/review/",
    "/book/hold/extend/", "/book/hold/release/", "/profile/", "/invitation/",
    "/invitation/accept/", "/language/", "/visits/{code}/move/", "/visits/{code}/move/review/",
    "/visits/{code}/move/hold/extend/", "/visits/{code}/cancel/", "/accounts/password/reset/",
    "/accounts/email/", "/accounts/password/change/",
)  # fmt: skip
ODD = st.sampled_from(
    ["", "0", "-1", "none", "9" * 30, "1e309", "NaN", "٣", "\x00", "\u202e", "%s", "{}", "' --",
     "+44 7700 900123", "+" * 50, "de", "other", "k" * 32, "2026-02-30", "\r\n.\r\n"]
)  # fmt: skip
# Surrogates cannot be sent as UTF-8; they are tested as bytes elsewhere.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUES = st.one_of(ODD, TEXT, st.integers().map(str), TEXT.map(lambda text: text * 50))


@pytest.fixture
def fill(world: World, browser: Browser) -> Callable[[str, dict[str, list[str]]], int]:
    """Send a form and forget what it did; the status of the answer."""
    client: Client = browser("owner")
    good = {
        "service": str(world.service.pk),
        "key": window_key(FRIDAY, 8, 10),
        "version": str(world.booking.version),
        "request_key": "k" * 32,
    }
    client.post("/book/service/", good)
    client.post("/book/time/", good)

    def send(address: str, form: dict[str, list[str]]) -> int:
        cache.clear()
        cookies = SimpleCookie(client.cookies)
        with transaction.atomic():
            answer = client.post(address.format(code=world.booking.code), {**good, **form})
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer.status_code

    return send


@settings(
    max_examples=500,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    address=st.sampled_from(ADDRESSES),
    form=st.dictionaries(st.sampled_from(NAMES), st.lists(VALUES, max_size=2), max_size=8),
)
def test_no_form_breaks_the_portal(
    fill: Callable[[str, dict[str, list[str]]], int], address: str, form: dict[str, list[str]]
) -> None:
    assert fill(address, form) < 500
