"""Texts of customers: STOP, START, CANCEL, and whatever people write (reliability F40, F41)."""

from datetime import timedelta

import pytest

from doorstep.connectors.webhooks import InboundText, read_wish
from doorstep.domain.notifications.models import (
    Channel,
    Consent,
    ConsentSource,
    StaffTask,
    TaskKind,
)
from doorstep.domain.notifications.services.consent import is_opted_out, provider_says_opted_out
from doorstep.domain.notifications.services.inbound import (
    COUNTED_OVER,
    LONGEST_WORDS,
    MOST_TASKS_PER_NUMBER,
    take_texts,
)
from doorstep.domain.organization.models import ConnectorAccount
from tests.conftest import NOW
from tests.factories.bookings import FRIDAY, book, make_world, window_key
from tests.factories.customers import carol, make_contact
from tests.factories.inbound import gateway_account, make_sent, twilio_account

pytestmark = pytest.mark.django_db

PHONE = "+447700900123"


@pytest.fixture
def account(db: None) -> ConnectorAccount:
    return twilio_account()


def text(words: str, *, number: str = PHONE, sid: str = "SM1") -> InboundText:
    return InboundText(sid, number, "+15005550006", words, read_wish(words))


def refuses(number: str = PHONE) -> bool:
    return is_opted_out(Channel.SMS, number, is_optional=False)


@pytest.mark.parametrize("words", ["STOP", "stop.", "Stopp", "Arrêter", "UNSUBSCRIBE", "توقف"])
def test_f40_stop_ends_all_texts_to_the_number(account: ConnectorAccount, words: str) -> None:
    contact = carol()

    take_texts(account, [text(words)], now=NOW)

    entry = Consent.objects.get()
    assert refuses()
    assert (entry.source, entry.contact, entry.detail) == (ConsentSource.REPLY, contact, words)
    assert not StaffTask.objects.exists()


def test_f40_start_lets_texts_through_again(account: ConnectorAccount) -> None:
    take_texts(account, [text("STOP", sid="SM1"), text("Start", sid="SM2")], now=NOW)

    assert not refuses()


def test_f40_a_stop_played_again_after_start_changes_nothing(account: ConnectorAccount) -> None:
    for sid, words in (("SM1", "STOP"), ("SM2", "START"), ("SM1", "STOP")):
        take_texts(account, [text(words, sid=sid)], now=NOW)

    assert not refuses()


def test_f40_a_stop_to_one_account_counts_for_all(account: ConnectorAccount) -> None:
    take_texts(account, [text("STOP", sid="1")], now=NOW)
    take_texts(gateway_account(), [text("START", sid="1")], now=NOW)

    assert not refuses()
    assert Consent.objects.count() == 2


def test_f40_a_number_nobody_knows_may_stop_as_well(account: ConnectorAccount) -> None:
    take_texts(account, [text("STOP", number="+447700900777")], now=NOW)

    assert refuses("+447700900777")
    assert Consent.objects.get().contact is None


def test_f40_a_shared_phone_stops_for_everybody_who_shares_it(account: ConnectorAccount) -> None:
    make_contact(phone=PHONE)
    make_contact(phone=PHONE)

    take_texts(account, [text("STOP")], now=NOW)

    assert refuses()
    assert Consent.objects.get().contact is None


def test_f40_a_stop_the_provider_has_heard_is_written_down_once(account: ConnectorAccount) -> None:
    message = make_sent(account)

    for _time in range(2):
        provider_says_opted_out(message, now=NOW)

    assert refuses(message.address)
    assert Consent.objects.get().source == ConsentSource.PROVIDER


@pytest.mark.parametrize("words", ["CANCEL", "Cancelar", "annuler", "ביטול"])
def test_f41_cancel_stops_texts_and_asks_staff_about_the_visit(
    account: ConnectorAccount, words: str
) -> None:
    world = make_world()
    book(world, now=NOW, key=window_key(FRIDAY))
    coming = book(world, now=NOW)

    take_texts(account, [text(words)] * 2, now=NOW)

    task = StaffTask.objects.get()
    assert refuses()
    assert task.kind == TaskKind.CANCEL_BY_TEXT
    assert (task.contact, task.booking) == (world.contact, coming)
    assert task.text == f"{PHONE}: {words}"


def test_f41_without_a_visit_to_come_staff_are_asked_all_the_same(
    account: ConnectorAccount,
) -> None:
    world = make_world()
    book(world, now=NOW)

    take_texts(account, [text("CANCEL")], now=NOW + timedelta(days=30))

    task = StaffTask.objects.get()
    assert (task.contact, task.booking) == (world.contact, None)


@pytest.mark.parametrize(
    "words", ["Can you come later?", "please stop by at ten", "HELP", "yes", "", "👍"]
)
def test_everything_else_is_for_people_to_read(account: ConnectorAccount, words: str) -> None:
    contact = carol()

    take_texts(account, [text(words)], now=NOW)

    task = StaffTask.objects.get()
    assert (task.kind, task.contact) == (TaskKind.CUSTOMER_WROTE, contact)
    assert task.text == f"{PHONE}: {words}".rstrip()
    assert not refuses()


def test_a_text_told_twice_is_one_task(account: ConnectorAccount) -> None:
    counts = [take_texts(account, [text("Hello")], now=NOW) for _time in range(3)]

    assert counts == [1, 0, 0]
    assert StaffTask.objects.count() == 1


def test_strangers_may_write_too(account: ConnectorAccount) -> None:
    take_texts(account, [text("Who is this?", number="+447700900777")], now=NOW)

    assert StaffTask.objects.get().contact is None


def test_a_machine_that_answers_for_ever_does_not_fill_the_list(account: ConnectorAccount) -> None:
    def write(number: str, now) -> None:
        take_texts(
            account,
            [text("I am away.", number=number, sid=f"{now}{index}") for index in range(50)],
            now=now,
        )

    write(PHONE, NOW)
    write("+447700900777", NOW)
    write(PHONE, NOW + COUNTED_OVER)

    assert StaffTask.objects.count() == 3 * MOST_TASKS_PER_NUMBER


def test_a_stop_counts_however_much_was_written_before(account: ConnectorAccount) -> None:
    texts = [text("I am away.", sid=f"SM{index}") for index in range(50)]

    take_texts(account, [*texts, text("CANCEL", sid="SM99")], now=NOW)

    assert refuses()


def test_words_that_no_column_takes_are_cut_to_size(account: ConnectorAccount) -> None:
    take_texts(account, [text("\x00a\nb\ud800 " + "x" * 9000, sid="\x00" * 999)], now=NOW)

    words = StaffTask.objects.get().text
    assert words.startswith(f"{PHONE}: a b x")
    assert len(words) == LONGEST_WORDS


@pytest.mark.parametrize("number", ["12345", "Doorstep", "+1" * 200, "\x00"])
def test_odd_senders_break_nothing(account: ConnectorAccount, number: str) -> None:
    for words in ("STOP", "hello", "CANCEL"):
        take_texts(account, [text(words, number=number, sid=words)], now=NOW)
