import json
from collections.abc import Iterator
from threading import Thread

import pytest

from doorstep.connectors.base import ConnectorError, CredentialsRefused, InvalidSettings
from doorstep.connectors.calendar.base import MailboxRefused
from doorstep.connectors.calendar.google_auth import Tokens, read_key
from doorstep.connectors.http import HttpClient
from tests.doubles.google import ZOE, GoogleDouble
from tests.doubles.google_sign_in import ACCOUNT, CLIENT_ID, EVENTS, FREE_BUSY, key_file
from tests.doubles.http import running

ADAM = "adam@acme.example"


@pytest.fixture
def double() -> Iterator[GoogleDouble]:
    with running(GoogleDouble(ZOE, ADAM)) as double:
        yield double


class Clock:
    at = 1000.0

    def __call__(self) -> float:
        return self.at


def tokens(double: GoogleDouble, *, key: str = "right", clock: Clock | None = None) -> Tokens:
    account = read_key(key_file(double.url, name=key))
    return Tokens(account, HttpClient(allow_private=True), clock=clock or Clock())


def refusal(found: Tokens, subject: str = ZOE, scope: str = EVENTS) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        found.get(subject, scope)
    return caught.value


def test_a_token_is_asked_for_once(double: GoogleDouble) -> None:
    found = tokens(double)

    assert found.get(ZOE, EVENTS) == found.get(ZOE, EVENTS)

    assert double.sign_in.asked == [(ZOE, EVENTS)]


def test_a_token_is_renewed_before_it_ends(double: GoogleDouble) -> None:
    clock = Clock()
    found = tokens(double, clock=clock)
    first = found.get(ZOE, EVENTS)
    clock.at += 3200
    assert found.get(ZOE, EVENTS) == first

    clock.at += 100

    assert found.get(ZOE, EVENTS) != first


def test_each_person_and_each_scope_has_a_token_of_its_own(double: GoogleDouble) -> None:
    found = tokens(double)

    wanted = [(ZOE, EVENTS), (ZOE, FREE_BUSY), (ADAM, EVENTS)]

    assert len({found.get(*each) for each in wanted}) == 3
    assert double.sign_in.asked == wanted


def test_of_many_who_need_the_same_token_one_asks(double: GoogleDouble) -> None:
    found, got = tokens(double), set[str]()
    threads = [Thread(target=lambda: got.add(found.get(ZOE, EVENTS))) for _ in range(10)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == len(double.sign_in.asked) == 1


def test_a_forgotten_token_is_asked_for_anew_once(double: GoogleDouble) -> None:
    found = tokens(double)
    old = found.get(ZOE, EVENTS)

    found.forget(ZOE, EVENTS, old)
    new = found.get(ZOE, EVENTS)
    found.forget(ZOE, EVENTS, old)  # somebody else who still had it

    assert found.get(ZOE, EVENTS) == new != old


def test_a_missing_delegation_is_said_with_what_to_enter(double: GoogleDouble) -> None:
    double.sign_in.undelegated.add(ADAM)
    found = tokens(double)

    error = refusal(found, ADAM)

    assert isinstance(error, MailboxRefused)
    assert all(word in error.text for word in (ADAM, CLIENT_ID, EVENTS, "Domain-wide delegation"))
    assert found.get(ZOE, EVENTS)


def test_a_scope_that_is_not_granted_is_named(double: GoogleDouble) -> None:
    double.sign_in.granted = {EVENTS}
    found = tokens(double)
    found.get(ZOE, EVENTS)

    assert FREE_BUSY in refusal(found, scope=FREE_BUSY).text


def test_an_unknown_user_concerns_nobody_else(double: GoogleDouble) -> None:
    found = tokens(double)

    error = refusal(found, "nobody@acme.example")

    assert isinstance(error, MailboxRefused)
    assert "nobody@acme.example" in error.text
    assert found.get(ZOE, EVENTS)


def test_a_key_that_is_not_the_accounts_concerns_the_account(double: GoogleDouble) -> None:
    error = refusal(tokens(double, key="wrong"))

    assert isinstance(error, CredentialsRefused)
    assert "new key" in error.text


def test_a_clock_that_is_off_is_said(double: GoogleDouble) -> None:
    double.sign_in.clock_is_off = True

    error = refusal(tokens(double))

    assert isinstance(error, CredentialsRefused)
    assert "clock" in error.text


def test_an_account_that_was_deleted_is_said(double: GoogleDouble) -> None:
    account = read_key(key_file(double.url, client_email="gone@acme-visits.iam.example"))

    error = refusal(Tokens(account, HttpClient(allow_private=True)))

    assert isinstance(error, CredentialsRefused)
    assert "deleted" in error.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "whole JSON file"),
        ("-----BEGIN PRIVATE KEY-----", "whole JSON file"),
        ("[" * 100_000, "whole JSON file"),
        (json.dumps({"type": "authorized_user"}), "service account"),
        (key_file("https://x.example", client_id=""), "client_id"),
        (key_file("https://x.example", private_key="secret-words"), "cannot be read"),
        (key_file("http://x.example"), "https"),
    ],
)
def test_a_key_is_checked_when_it_is_read(text: str, said: str) -> None:
    with pytest.raises(InvalidSettings, match=said) as caught:
        read_key(text)

    assert "secret-words" not in str(caught.value)


def test_the_key_is_not_shown() -> None:
    account = read_key(key_file("https://x.example"))

    assert "private_key=" not in repr(account)
    assert ACCOUNT in repr(account)


def test_a_key_that_lost_its_line_breaks_is_read() -> None:
    """A field of one line takes them away."""
    spread = json.dumps(json.loads(key_file("https://x.example")), indent=2)

    assert read_key(spread.replace("\n", "")).email == ACCOUNT
