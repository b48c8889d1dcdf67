"""The ledger: the newest word about an address counts, for all messages and for the optional ones
(reliability F40)."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from doorstep.domain.notifications.models import Channel, Consent, ConsentScope, ConsentSource
from doorstep.domain.notifications.services.consent import (
    change_optional,
    is_opted_out,
    opt_in,
    opt_out,
    set_reminders_wanted,
    wants_reminders,
    wishes_at,
    wishes_of,
)
from tests.conftest import NOW
from tests.factories.customers import make_contact
from tests.factories.organization import make_company

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "+447700900123", "carol@example.com"
SOURCE = ConsentSource.REPLY
ALL, OPTIONAL = ConsentScope.ALL, ConsentScope.OPTIONAL


def stop(scope: ConsentScope = ALL, *, at: datetime = NOW, key: str | None = None) -> bool:
    return opt_out(
        channel=Channel.SMS, address=PHONE, scope=scope, source=SOURCE, now=at, event_key=key
    )


def start(scope: ConsentScope = ALL, *, at: datetime = NOW, key: str | None = None) -> bool:
    return opt_in(
        channel=Channel.SMS, address=PHONE, scope=scope, source=SOURCE, now=at, event_key=key
    )


def refused() -> tuple[bool, bool]:
    """Refused: what is needed, what is optional."""
    return (
        is_opted_out(Channel.SMS, PHONE, is_optional=False),
        is_opted_out(Channel.SMS, PHONE, is_optional=True),
    )


def test_an_address_nobody_spoke_of_gets_everything() -> None:
    assert refused() == (False, False)


def test_stop_ends_everything() -> None:
    stop()

    assert refused() == (True, True)


def test_no_reminders_still_lets_confirmations_through() -> None:
    stop(OPTIONAL)

    assert refused() == (False, True)


def test_start_after_stop_opens_again() -> None:
    stop()
    start(at=NOW + timedelta(seconds=1))

    assert refused() == (False, False)


def test_of_two_words_in_one_instant_the_later_one_counts() -> None:
    stop()
    start()
    stop()

    assert refused() == (True, True)


def test_stop_to_everything_outlives_a_yes_to_reminders() -> None:
    stop()
    start(OPTIONAL)

    assert refused() == (True, True)


@pytest.mark.parametrize("words", list(product([stop, start], [ALL, OPTIONAL], repeat=2)))
def test_each_scope_follows_its_own_newest_word(words: tuple) -> None:
    first, first_scope, second, second_scope = words
    first(first_scope)
    second(second_scope)

    newest = {first_scope: first, second_scope: second}
    refuses_all = newest.get(ALL) is stop
    assert refused() == (refuses_all, refuses_all or newest.get(OPTIONAL) is stop)


def test_a_word_that_is_told_twice_is_one_entry() -> None:
    assert stop(key="reply:1")
    assert start(key="reply:2")
    assert not stop(key="reply:1")

    assert refused() == (False, False)
    assert Consent.objects.count() == 2


@pytest.mark.parametrize(
    ("channel", "said", "asked"),
    [
        (Channel.EMAIL, " Carol@Example.COM", EMAIL),
        (Channel.SMS, "07700 900123", PHONE),
        (Channel.SMS, "+44 7700 900 123", PHONE),
        (Channel.SMS, PHONE, "07700900123"),
        (Channel.SMS, "12345", "12345"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(
    channel: Channel, said: str, asked: str
) -> None:
    make_company(phone_region="GB")
    opt_out(channel=channel, address=said, source=SOURCE, now=NOW)

    assert is_opted_out(channel, asked, is_optional=False)


def test_a_stop_of_texts_stops_no_mail() -> None:
    stop()

    assert not is_opted_out(Channel.EMAIL, EMAIL, is_optional=True)
    assert not is_opted_out(Channel.EMAIL, PHONE, is_optional=True)


def test_asking_takes_one_query(django_assert_num_queries) -> None:
    stop()

    with django_assert_num_queries(1):
        is_opted_out(Channel.SMS, PHONE, is_optional=True)


def test_to_say_the_same_again_is_not_written_down() -> None:
    for wanted in (True, False, False, True, True):
        change_optional(channel=Channel.EMAIL, address=EMAIL, wanted=wanted, source=SOURCE, now=NOW)

    assert list(Consent.objects.values_list("is_opted_out", flat=True)) == [False, True]


def test_a_contact_without_reminders_gets_none_on_any_channel() -> None:
    contact = make_contact(email=EMAIL, phone=PHONE)

    set_reminders_wanted(contact=contact, wanted=False, source=ConsentSource.PORTAL, now=NOW)

    assert is_opted_out(Channel.EMAIL, EMAIL, is_optional=True)
    assert is_opted_out(Channel.SMS, PHONE, is_optional=True)
    assert not wants_reminders(contact)


def test_a_contact_who_wants_reminders_again_takes_back_every_refusal() -> None:
    contact = make_contact(email=EMAIL, phone=PHONE)
    opt_out(channel=Channel.EMAIL, address=EMAIL, source=ConsentSource.PROVIDER, now=NOW)
    stop(OPTIONAL)

    set_reminders_wanted(contact=contact, wanted=True, source=ConsentSource.PORTAL, now=NOW)

    assert wants_reminders(contact)
    assert not is_opted_out(Channel.EMAIL, EMAIL, is_optional=True)
    assert refused() == (False, False)


def test_saving_the_profile_does_not_undo_a_stop_of_texts() -> None:
    contact = make_contact(email=EMAIL, phone=PHONE)
    stop()

    set_reminders_wanted(contact=contact, wanted=True, source=ConsentSource.PORTAL, now=NOW)

    assert refused() == (True, True)


def test_many_addresses_are_asked_about_at_once_as_each_one_is() -> None:
    stop()
    for address, scope in (("Stop@Example.com", ALL), (EMAIL, OPTIONAL), ("back@example.com", ALL)):
        opt_out(channel=Channel.EMAIL, address=address, scope=scope, source=SOURCE, now=NOW)
    opt_in(channel=Channel.EMAIL, address="back@example.com", source=SOURCE, now=NOW)
    mails = [EMAIL, "stop@example.com", "back@example.com", "never@example.com"]
    asked = [(Channel.EMAIL, address) for address in mails]
    asked += [(Channel.SMS, "+44 7700 900123"), (Channel.SMS, "+447700900124")]

    ask = wishes_at(asked)

    assert [ask(*each) for each in asked] == [wishes_of(*each) for each in asked]
    assert [ask(*each).refuses_all for each in asked] == [False, True, False, False, True, False]
    assert ask(Channel.EMAIL, EMAIL).refuses_optional


def test_an_address_that_was_not_among_the_many_is_asked_about_on_its_own() -> None:
    stop()

    assert wishes_at([])(Channel.SMS, PHONE).refuses_all
