"""Reports that come at the same moment, in several processes (reliability F37, F38)."""

from itertools import permutations

import pytest

from doorstep.connectors.webhooks import DeliveryReport, InboundText, Progress, read_wish
from doorstep.domain.notifications.models import Consent, MessageState, StaffTask
from doorstep.domain.notifications.services.inbound import take_texts
from doorstep.domain.notifications.services.reports import match_all_parked, take_reports
from tests.conftest import NOW
from tests.factories.bookings import book, make_world
from tests.factories.inbound import make_sent, twilio_account

from .conftest import run_together

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = (Progress.SENT, Progress.DELIVERED, Progress.BOUNCED)


def test_f38_all_orders_at_once_end_in_one_state_and_one_message_by_the_other_channel() -> None:
    account, booking = twilio_account(), book(make_world(), now=NOW)
    messages = [
        make_sent(account, booking=booking, dedupe_key=f"race:{number}:sms") for number in range(4)
    ]
    batches = [
        [DeliveryReport(message.provider_id, step) for message in chosen for step in order]
        for order in permutations(STEPS)
        for chosen in (messages, messages[::-1])
    ]

    results = run_together(
        [lambda batch=batch: take_reports(account, batch, now=NOW) for batch in batches]
    )
    match_all_parked(now=NOW)

    assert not [each for each in results if isinstance(each, Exception)]
    for message in messages:
        message.refresh_from_db()
        assert message.state == MessageState.BOUNCED
        assert message.reports.count() == len(STEPS)
        assert message.followers.count() == 1


def test_f41_a_text_told_by_many_at_once_is_one_entry_and_one_task() -> None:
    account = twilio_account()
    text = InboundText("SM1", "+447700900123", "+1", "CANCEL", read_wish("CANCEL"))

    results = run_together([lambda: take_texts(account, [text], now=NOW)] * 12)

    assert sorted(results) == [0] * 11 + [1]
    assert (Consent.objects.count(), StaffTask.objects.count()) == (1, 1)
