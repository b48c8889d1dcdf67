"""Whoever is told, and whoever is not: there is a row in either case."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.bookings.events import BookingConfirmed
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services.compose import (
    compose_account_mail,
    compose_invitation,
    compose_password_reset,
)
from doorstep.domain.notifications.services.visits import tell_confirmed
from doorstep.domain.notifications.subscribers import confirm_to_customer
from tests.factories.bookings import book, make_world
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_user
from tests.factories.notifications import make_invitation, make_message

pytestmark = pytest.mark.django_db


def rings() -> int:
    return ProcrastinateJob.objects.filter(task_name="doorstep.notifications.deliver").count()


def reset_for(email: str) -> Message:
    return compose_password_reset(
        user=make_user(email=email),
        address=email,
        url="http://127.0.0.1/reset",
        portal=None,
        dedupe_key="1",
        now=datetime.now().astimezone(),
    )


def test_a_confirmed_booking_leaves_a_message_and_a_ring(now: datetime) -> None:
    booking = book(make_world(), now=now)

    message = tell_confirmed(booking_id=booking.pk, now=now)[0]

    assert (message.state, message.contact) == (MessageState.PENDING, booking.booked_by)
    assert rings() == 1


def test_news_heard_twice_makes_one_message(now: datetime) -> None:
    booking = book(make_world(), now=now)

    confirm_to_customer(BookingConfirmed(booking_id=booking.pk))
    confirm_to_customer(BookingConfirmed(booking_id=booking.pk))

    assert Message.objects.filter(booking=booking).count() == 1
    assert rings() == 1


def test_a_message_vanishes_with_the_transaction_it_was_written_in() -> None:
    with transaction.atomic():
        make_message()
        transaction.set_rollback(True)

    assert not Message.objects.exists()
    assert rings() == 0


def test_an_excluded_account_gets_a_row_but_no_message() -> None:
    contact = make_contact(account=make_account(is_excluded=True))

    message = make_message(contact=contact)

    assert (message.state, message.reason) == (
        MessageState.SUPPRESSED,
        Reason.ACCOUNT_EXCLUDED,
    )
    assert rings() == 0


def test_an_excluded_work_order_type_suppresses_its_messages(now: datetime) -> None:
    booking = book(make_world(), now=now)
    kind = booking.work_order.work_order_type
    assert kind is not None
    kind.is_excluded = True
    kind.save()

    message = tell_confirmed(booking_id=booking.pk, now=now)[0]

    assert message.reason == Reason.TYPE_EXCLUDED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_active": False}, Reason.CONTACT_INACTIVE),
        ({"email": ""}, Reason.NO_ADDRESS),
        ({"allows_sign_in": False}, Reason.SIGN_IN_NOT_ALLOWED),
    ],
)
def test_a_contact_who_cannot_be_told_is_not(changes: dict[str, object], reason: Reason) -> None:
    message = make_message(contact=make_contact(**changes))

    assert (message.state, message.reason) == (MessageState.SUPPRESSED, reason)


def test_an_invitation_that_has_expired_is_not_sent(now: datetime) -> None:
    invitation = make_invitation(expires_at=now)

    message = compose_invitation(invitation_id=invitation.pk, now=now + timedelta(seconds=1))

    assert message is not None
    assert message.reason == Reason.INVITATION_EXPIRED


def test_a_group_invitation_without_a_contact_tells_nobody(now: datetime) -> None:
    invitation = make_invitation(kind="group", max_redemptions=5)
    invitation.contact = None
    invitation.save()

    assert compose_invitation(invitation_id=invitation.pk, now=now) is None


def test_the_office_may_send_the_same_invitation_again(now: datetime) -> None:
    invitation = make_invitation()

    compose_invitation(invitation_id=invitation.pk, now=now)
    compose_invitation(invitation_id=invitation.pk, now=now, occasion="again")

    assert invitation.messages.count() == 2


def test_a_stranger_is_not_written_to(now: datetime) -> None:
    message = compose_account_mail(
        kind="account/email/unknown_account",
        user=None,
        address="stranger@example.com",
        values={"email": "stranger@example.com"},
        portal=None,
        dedupe_key="1",
        now=now,
    )

    assert (message.state, message.reason) == (MessageState.SUPPRESSED, Reason.STRANGER)


def test_a_password_link_is_not_stored_readable() -> None:
    message = reset_for("reset@example.com")

    assert message.context_encrypted
    assert "127.0.0.1/reset" not in message.context_encrypted


def test_the_language_is_the_contacts_then_the_accounts_then_the_portals() -> None:
    german = make_message(contact=make_contact(language="de"))
    french = make_message(contact=make_contact(account=make_account(language="fr")))
    neither = make_message()

    assert [m.language for m in (german, french, neither)] == ["de", "fr", "en"]
