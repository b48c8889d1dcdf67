"""Reports of providers: any order, any number of times, before or after we know of the message
(reliability F37, F38)."""

from datetime import timedelta
from itertools import permutations

import pytest

from doorstep.connectors.webhooks import DeliveryReport, Progress
from doorstep.domain.notifications.models import (
    Channel,
    Consent,
    ConsentScope,
    ConsentSource,
    Message,
    MessageState,
    ProviderReport,
)
from doorstep.domain.notifications.services.consent import is_opted_out
from doorstep.domain.notifications.services.reports import (
    forget_parked,
    match_all_parked,
    match_parked,
    receipt_by_report,
    take_reports,
)
from doorstep.domain.organization.models import ConnectorAccount
from tests.conftest import NOW
from tests.factories.bookings import book, make_world
from tests.factories.inbound import gateway_account, make_sent, twilio_account

pytestmark = pytest.mark.django_db

SID = "SM" + "0" * 32
QUEUED, SENT, DELIVERED = Progress.QUEUED, Progress.SENT, Progress.DELIVERED
FAILED, BOUNCED, COMPLAINED = Progress.FAILED, Progress.BOUNCED, Progress.COMPLAINED
UNSUBSCRIBED = Progress.UNSUBSCRIBED


@pytest.fixture
def account(db: None) -> ConnectorAccount:
    return twilio_account()


def told(progress: Progress, **more: object) -> DeliveryReport:
    return DeliveryReport(**({"provider_id": SID, "progress": progress} | more))


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


# --- Order (F38) -----------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations([QUEUED, SENT, DELIVERED])))
def test_f38_in_any_order_the_message_is_delivered(
    account: ConnectorAccount, order: tuple[Progress, ...]
) -> None:
    message = make_sent(account, provider_id=SID)

    seen = []
    for progress in order:
        take_reports(account, [told(progress)], now=NOW)
        seen.append(state_of(message))

    assert seen[-1] == MessageState.DELIVERED
    assert seen == sorted(seen, key=[MessageState.SENT, MessageState.DELIVERED].index)


@pytest.mark.parametrize("order", list(permutations([QUEUED, SENT, DELIVERED, BOUNCED])))
def test_f38_a_mail_that_came_back_has_come_back(
    account: ConnectorAccount, order: tuple[Progress, ...]
) -> None:
    message = make_sent(account, provider_id=SID)

    take_reports(account, [told(progress) for progress in (*order, *order)], now=NOW)
    take_reports(account, [told(progress) for progress in reversed(order)], now=NOW)

    assert state_of(message) == MessageState.BOUNCED
    assert message.reports.count() == len(order)


@pytest.mark.parametrize("first", [DELIVERED, FAILED])
def test_f38_of_delivered_and_undelivered_the_first_stays_and_the_other_is_recorded(
    account: ConnectorAccount, first: Progress
) -> None:
    second = FAILED if first == DELIVERED else DELIVERED
    message = make_sent(account, provider_id=SID)

    for progress in (first, SENT, second, QUEUED):
        take_reports(account, [told(progress)], now=NOW)

    assert state_of(message) == MessageState[first.name]
    assert message.reports.count() == 4


# --- Twice, and early (F37) ------------------------------------------------------------------


def test_f37_a_report_that_comes_ten_times_has_one_effect(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id=SID)

    counts = [take_reports(account, [told(DELIVERED, event_id="e1")] * 2, now=NOW)
              for _time in range(10)]  # fmt: skip

    assert counts == [1] + [0] * 9
    assert state_of(message) == MessageState.DELIVERED
    assert message.reports.count() == 1


def test_f37_a_report_before_its_message_is_known_waits_for_it(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id="", state=MessageState.SENDING, sent_at=None)

    take_reports(account, [told(DELIVERED), told(SENT)], now=NOW)
    before = state_of(message)
    message.provider_id, message.state = SID, MessageState.SENT
    message.save()
    after = match_parked(message, now=NOW)

    assert (before, after) == (MessageState.SENDING, MessageState.DELIVERED)
    assert message.reports.count() == 2


def test_f37_a_report_that_slipped_through_is_found_by_the_sweep(account: ConnectorAccount) -> None:
    take_reports(account, [told(DELIVERED)], now=NOW)
    message = make_sent(account, provider_id=SID)

    assert match_all_parked(now=NOW + timedelta(minutes=1)) == 1
    assert state_of(message) == MessageState.DELIVERED
    assert match_all_parked(now=NOW + timedelta(minutes=1)) == 0


def test_many_reports_about_nothing_do_not_hide_one_about_something(
    account: ConnectorAccount, django_assert_max_num_queries
) -> None:
    strangers = [told(DELIVERED, provider_id=f"SM{number:032x}") for number in range(1, 601)]
    take_reports(account, strangers, now=NOW - timedelta(hours=1))
    take_reports(account, [told(DELIVERED)], now=NOW)
    message = make_sent(account, provider_id=SID)

    with django_assert_max_num_queries(20):  # an account's are looked at once
        match_all_parked(now=NOW)

    assert state_of(message) == MessageState.DELIVERED


def test_f37_one_batch_may_tell_of_many_messages(
    account: ConnectorAccount, django_assert_max_num_queries
) -> None:
    messages = [make_sent(account) for _number in range(20)]
    batch = [told(DELIVERED, provider_id=each.provider_id) for each in messages]

    with django_assert_max_num_queries(5 * 20):
        assert take_reports(account, batch, now=NOW) == 20

    assert {state_of(each) for each in messages} == {MessageState.DELIVERED}


# --- Which message ---------------------------------------------------------------------------


def test_the_id_of_another_account_means_nothing(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id=SID)

    take_reports(gateway_account(), [told(FAILED)], now=NOW)

    assert state_of(message) == MessageState.SENT
    assert ProviderReport.objects.get().message is None


def test_our_own_id_counts_for_messages_of_the_account_only(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id="SM" + "f" * 32)

    for number, other in enumerate((gateway_account(), account)):
        own = f"<{message.message_id}>"
        take_reports(other, [told(FAILED, provider_id=f"x{number}", message_id=own)], now=NOW)
        assert (state_of(message) == MessageState.FAILED) == (other is account)


def test_our_own_id_finds_a_message_whose_receipt_got_lost(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id="", state=MessageState.UNKNOWN, sent_at=None)

    take_reports(account, [told(SENT, message_id=str(message.uuid))], now=NOW)

    assert state_of(message) == MessageState.SENT
    assert (message.provider_id, message.sent_at) == (SID, NOW)


def test_a_message_about_to_be_sent_again_is_known_to_have_arrived(
    account: ConnectorAccount,
) -> None:
    message = make_sent(account, provider_id="", state=MessageState.PENDING, sent_at=None)
    assert receipt_by_report(message) is None

    take_reports(account, [told(DELIVERED, message_id=str(message.uuid))], now=NOW)

    receipt = receipt_by_report(message)
    assert state_of(message) == MessageState.PENDING
    assert receipt is not None
    assert receipt.provider_id == SID


@pytest.mark.parametrize("state", [MessageState.SUPPRESSED, MessageState.CANCELED])
def test_what_was_never_sent_stays_so(account: ConnectorAccount, state: MessageState) -> None:
    message = make_sent(account, provider_id=SID, state=state)

    take_reports(account, [told(DELIVERED)], now=NOW)

    assert state_of(message) == state


# --- What is kept ----------------------------------------------------------------------------


def test_the_reason_is_the_providers_code_and_words(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id=SID)

    take_reports(account, [told(FAILED, code="landline", text="A landline. (30006)")], now=NOW)

    assert state_of(message) == MessageState.FAILED
    assert message.reason == "landline: A landline. (30006)"


def test_delivered_at_is_the_providers_time_unless_its_clock_is_wrong(
    account: ConnectorAccount,
) -> None:
    at = NOW - timedelta(minutes=3)
    good, bad = make_sent(account), make_sent(account)

    take_reports(account, [told(DELIVERED, provider_id=good.provider_id, at=at)], now=NOW)
    take_reports(
        account,
        [told(DELIVERED, provider_id=bad.provider_id, at=NOW - timedelta(days=9000))],
        now=NOW,
    )

    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.delivered_at, bad.delivered_at) == (at, NOW)


def test_one_bad_report_does_not_lose_the_others(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id=SID)
    bad = [
        told(FAILED, provider_id=""),
        told(FAILED, provider_id="\x00" + SID, code="\x00" * 90, text="\ud800" * 999),
        told(FAILED, provider_id="x" * 9999),
        told(FAILED, provider_id="", message_id="\x00not ours"),
        told(FAILED, provider_id="y", message_id="\udfff" * 300, event_id="\udfff" * 300),
    ]

    take_reports(account, [*bad, told(DELIVERED)], now=NOW)

    assert state_of(message) == MessageState.DELIVERED


# --- What follows ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("progress", "scope"),
    [(COMPLAINED, ConsentScope.ALL), (UNSUBSCRIBED, ConsentScope.OPTIONAL)],
)
def test_who_complains_or_unsubscribes_at_the_provider_is_written_down_once(
    account: ConnectorAccount, progress: Progress, scope: ConsentScope
) -> None:
    message = make_sent(account, provider_id=SID)

    for _time in range(3):
        take_reports(account, [told(DELIVERED), told(progress)], now=NOW)

    entry = Consent.objects.get()
    assert (entry.scope, entry.source) == (scope, ConsentSource.PROVIDER)
    assert (entry.address, entry.contact) == (message.address, message.contact)
    assert state_of(message) == MessageState.DELIVERED


def test_reports_about_nothing_of_ours_are_kept_for_thirty_days(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id=SID)
    take_reports(account, [told(SENT), told(SENT, provider_id="theirs")], now=NOW)
    take_reports(account, [told(DELIVERED, provider_id="theirs")], now=NOW + timedelta(days=2))

    assert forget_parked(now=NOW + timedelta(days=30)) == 0
    assert forget_parked(now=NOW + timedelta(days=31)) == 1

    assert message.reports.count() == 1
    assert ProviderReport.objects.get(message=None).progress == DELIVERED


def test_f40_a_text_refused_because_of_an_earlier_stop_is_a_stop(account: ConnectorAccount) -> None:
    message = make_sent(account, provider_id=SID)

    take_reports(account, [told(FAILED, code="opted_out")], now=NOW)

    assert is_opted_out(Channel.SMS, message.address, is_optional=False)


def test_what_cannot_arrive_is_tried_on_the_other_channel_once(account: ConnectorAccount) -> None:
    booking = book(make_world(), now=NOW)
    message = make_sent(account, provider_id=SID, booking=booking, dedupe_key="confirmed:1:sms")

    for _time in range(3):
        take_reports(account, [told(FAILED, code="unknown_number")], now=NOW)
        take_reports(account, [told(BOUNCED)], now=NOW)

    follower = message.followers.get()
    assert follower.channel == Channel.EMAIL
    assert follower.address == message.contact.email
