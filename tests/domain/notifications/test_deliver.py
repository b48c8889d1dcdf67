"""One message on its way through a real mail server: what happens is on the row."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from doorstep.domain.notifications.message_types import INVITATION
from doorstep.domain.notifications.models import Message, MessageState, Outcome
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services import deliver as deliver_module
from doorstep.domain.notifications.services.catalog import Catalog
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.lease import claim
from doorstep.domain.notifications.services.visits import tell_confirmed
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.lib.secrets import decrypt
from tests.doubles.smtp import DROP, SmtpDouble
from tests.factories.bookings import book, make_world
from tests.factories.customers import make_contact
from tests.factories.notifications import make_message

pytestmark = pytest.mark.django_db

LATER = timedelta(hours=1)


def send(message: Message, now: datetime | None = None) -> Message:
    deliver(message_id=message.pk, now=now or timezone.now())
    message.refresh_from_db()
    return message


def send_again(message: Message) -> Message:
    """As if the waiting time were over."""
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - LATER)
    return send(message)


def outcomes(message: Message) -> list[str]:
    return [attempt.outcome for attempt in message.attempts.all()]


def test_a_message_that_is_taken_over_is_sent(smtp: SmtpDouble) -> None:
    message = send(make_message())

    assert (message.state, outcomes(message)) == (MessageState.SENT, [Outcome.SENT])
    assert message.sent_at is not None
    assert smtp.recipients == [message.address]


def test_a_message_that_was_sent_is_not_sent_again(smtp: SmtpDouble) -> None:
    message = send(make_message())

    assert deliver(message_id=message.pk, now=timezone.now()) is None
    assert len(smtp.mails) == 1


def test_its_message_id_is_its_own_and_stays(smtp: SmtpDouble) -> None:
    message = make_message()

    send(message)

    assert smtp.mails[0]["Message-ID"] == f"<{message.message_id}>"


def test_a_refusal_for_now_is_tried_again_later(smtp: SmtpDouble) -> None:
    smtp.scripts["rcpt"] = "451 4.7.1 Greylisted"
    message = send(make_message())

    assert (message.state, outcomes(message)) == (MessageState.PENDING, [Outcome.TEMPORARY])
    assert message.due_at > timezone.now() + timedelta(minutes=4)

    smtp.scripts["rcpt"] = "250 Ok"
    assert send_again(message).state == MessageState.SENT
    assert len(smtp.mails) == 1


def test_it_rings_for_the_next_try(smtp: SmtpDouble) -> None:
    smtp.scripts["rcpt"] = "450 4.2.0 Later"
    message = make_message()
    ProcrastinateJob.objects.all().delete()

    send(message)

    ring = ProcrastinateJob.objects.get(args__message_id=message.pk)
    assert ring.scheduled_at == message.due_at


def test_waits_grow(smtp: SmtpDouble) -> None:
    smtp.scripts["rcpt"] = "450 4.2.0 Later"
    message = send(make_message())
    first = message.due_at - timezone.now()

    for _attempt in range(3):
        send_again(message)

    assert message.due_at - timezone.now() > 4 * first


def test_a_refusal_for_good_fails_with_the_servers_words(smtp: SmtpDouble) -> None:
    smtp.scripts["rcpt"] = "550 5.1.1 No such user"
    message = send(make_message())

    assert message.state == MessageState.FAILED
    assert "No such user" in message.reason_text
    assert outcomes(message) == [Outcome.PERMANENT]


def test_a_mail_server_that_is_away_burns_no_message(smtp: SmtpDouble, settings: Settings) -> None:
    settings.EMAIL_PORT = 1

    message = send(make_message())

    assert message.state == MessageState.PENDING


def test_a_line_that_breaks_after_the_text_is_tried_once_more_as_the_same_mail(
    smtp: SmtpDouble,
) -> None:
    smtp.scripts["dot"] = DROP
    message = send(make_message())
    assert (message.state, outcomes(message)) == (MessageState.PENDING, [Outcome.UNKNOWN])

    smtp.scripts["dot"] = "250 Ok"
    assert send_again(message).state == MessageState.SENT
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 1


def test_two_unknown_outcomes_are_left_to_people(smtp: SmtpDouble) -> None:
    smtp.scripts["dot"] = DROP
    message = send(make_message())

    send_again(message)

    assert (message.state, message.reason) == (MessageState.UNKNOWN, Reason.OUTCOME_UNKNOWN)
    assert deliver(message_id=message.pk, now=timezone.now()) is None


def test_an_account_excluded_meanwhile_gets_nothing(smtp: SmtpDouble) -> None:
    message = make_message()
    assert message.contact is not None
    type(message.contact.account).objects.update(is_excluded=True)

    send(message)

    assert (message.state, message.reason) == (
        MessageState.SUPPRESSED,
        Reason.ACCOUNT_EXCLUDED,
    )
    assert smtp.mails == []


def test_a_booking_canceled_meanwhile_is_not_confirmed(smtp: SmtpDouble, now: datetime) -> None:
    booking = book(make_world(), now=now)
    message = tell_confirmed(booking_id=booking.pk, now=now)[0]
    booking.status = type(booking.status).objects.get(parent="canceled", is_default=True)
    booking.save()

    send(message, now)

    assert (message.state, message.reason) == (
        MessageState.SUPPRESSED,
        Reason.BOOKING_CANCELED,
    )


def test_an_invitation_revoked_meanwhile_is_not_sent(smtp: SmtpDouble) -> None:
    message = make_message()
    type(message.invitation).objects.update(is_revoked=True)  # type: ignore[union-attr]

    assert send(message).reason == Reason.INVITATION_REVOKED


def test_an_erased_contact_gets_nothing(smtp: SmtpDouble, now: datetime) -> None:
    booking = book(make_world(), now=now)
    message = tell_confirmed(booking_id=booking.pk, now=now)[0]
    Message.objects.filter(pk=message.pk).update(contact=None)

    send(message, now)

    assert (message.state, message.reason) == (MessageState.SUPPRESSED, Reason.CONTACT_GONE)


def test_it_goes_to_the_address_of_the_moment_of_sending(smtp: SmtpDouble) -> None:
    contact = make_contact(email="old@example.com")
    message = make_message(contact=contact)
    contact.email = "new@example.com"
    contact.save()

    assert send(message).address == "new@example.com"
    assert smtp.recipients == ["new@example.com"]


def test_the_code_of_an_invitation_is_sent_but_not_stored_readable(smtp: SmtpDouble) -> None:
    message = send(make_message())

    code = decrypt(message.invitation.code_encrypted)  # type: ignore[union-attr]
    body = smtp.mails[0].get_body(("plain",))
    assert body is not None
    assert code in body.get_content()
    assert code not in message.text + message.html + message.subject


def test_a_message_somebody_else_is_sending_is_left_alone(smtp: SmtpDouble) -> None:
    message = make_message()
    assert claim(message.pk) is not None

    assert deliver(message_id=message.pk, now=timezone.now()) is None
    assert smtp.mails == []


def test_a_lapsed_lease_is_taken_over(smtp: SmtpDouble) -> None:
    message = make_message()
    claim(message.pk)
    Message.objects.update(lease_until=timezone.now() - LATER)

    assert send(message).state == MessageState.SENT


def test_an_attempt_without_an_end_counts_as_perhaps_sent(smtp: SmtpDouble) -> None:
    message = make_message()
    message.attempts.create(started_at=timezone.now())
    Message.objects.update(state=MessageState.SENDING, lease_until=timezone.now() - LATER)

    send(message)

    assert outcomes(message) == [Outcome.UNKNOWN, Outcome.SENT]


def test_a_success_after_the_lease_was_lost_is_noted_as_perhaps_twice(smtp: SmtpDouble) -> None:
    message = make_message()
    first = claim(message.pk)
    assert first is not None
    prepared = deliver_module._prepare(first, get_company(), timezone.now(), Catalog())
    assert isinstance(prepared, deliver_module._Prepared)
    Message.objects.update(lease_until=timezone.now() - LATER)
    claim(message.pk)

    receipt = deliver_module.Receipt("x", "accepted")
    assert deliver_module._record(first, prepared, receipt, timezone.now()) is None

    attempt = message.attempts.get()
    assert (attempt.outcome, attempt.code) == (Outcome.SENT, "lease_lost")


def test_a_text_that_cannot_be_made_is_parked_and_the_next_one_flows(smtp: SmtpDouble) -> None:
    poison, good = make_message(), make_message()
    type(poison.invitation).objects.filter(pk=poison.invitation_id).update(code_encrypted="?")

    send(poison)
    for _attempt in range(deliver_module.MAX_BROKEN):
        send_again(poison)

    assert (poison.state, poison.reason) == (MessageState.FAILED, Reason.BROKEN)
    assert outcomes(poison) == [Outcome.BROKEN] * deliver_module.MAX_BROKEN
    assert send(good).state == MessageState.SENT


def test_a_message_is_given_up_when_it_is_of_no_use_any_more(smtp: SmtpDouble) -> None:
    message = make_message()
    Message.objects.update(created_at=timezone.now() - INVITATION.useful_for - LATER)

    assert (send(message).state, message.reason) == (MessageState.FAILED, Reason.TOO_LATE)
