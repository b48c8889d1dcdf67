"""Looking at words, and sending them to oneself, before customers see them."""

from datetime import datetime

import pytest

from doorstep.domain.notifications.models import Channel, Message, MessageState
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.preview import (
    NoAddressForTest,
    NothingToPreview,
    preview,
    send_test,
)
from doorstep.platform.lib.db import database_now
from tests.doubles.smtp import SmtpDouble
from tests.factories.bookings import book, make_world
from tests.factories.identity import otto
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db
KIND = "booking_confirmed"


def test_a_preview_is_about_a_real_visit_when_asked_and_leaves_no_trace(now: datetime) -> None:
    world = make_world()
    booking = book(world, now=now)
    written = Message.objects.count()

    shown = preview(portal=world.portal, message_type=KIND, language="de", booking=booking, now=now)

    assert booking.number
    assert booking.number in shown.mail.text
    assert "Donnerstag, 26. November 2026" in shown.mail.subject
    assert shown.sms is not None
    assert Message.objects.count() == written


def test_a_preview_shows_words_that_are_not_saved(now: datetime) -> None:
    shown = preview(
        portal=make_portal(),
        message_type=KIND,
        language="en",
        draft={"subject": "Soon: {day}"},
        now=now,
    )

    assert shown.mail.subject == "Soon: Monday, 30 November 2026"


def test_a_test_goes_to_oneself_by_the_ordinary_way(smtp: SmtpDouble, now: datetime) -> None:
    portal, user = make_portal(), otto()

    message = send_test(
        portal=portal,
        message_type=KIND,
        language="en",
        channel=Channel.EMAIL,
        user=user,
        phone="+441614960000",
        draft={"subject": "Soon: {day}"},
    )
    deliver(message_id=message.pk, now=database_now())

    message.refresh_from_db()
    assert (message.state, message.is_test) == (MessageState.SENT, True)
    (mail,) = smtp.mails
    assert mail["To"] == user.email
    assert mail["Subject"].startswith("[Test] Soon: ")


def test_a_test_about_a_real_visit_reaches_nobody_of_the_account(
    smtp: SmtpDouble, now: datetime
) -> None:
    world = make_world()
    booking = book(world, now=now)

    message = send_test(
        portal=world.portal,
        message_type=KIND,
        language="en",
        channel=Channel.EMAIL,
        user=otto(),
        booking=booking,
    )
    deliver(message_id=message.pk, now=now)

    (mail,) = smtp.mails
    assert mail["To"] == otto().email
    assert world.contact.email not in mail.as_string()


def test_types_without_a_text_for_phones_are_not_tried_on_one() -> None:
    with pytest.raises(NothingToPreview):
        send_test(
            portal=make_portal(),
            message_type="invitation",
            language="en",
            channel=Channel.SMS,
            user=otto(),
            phone="+441614960000",
        )


def test_a_test_needs_somewhere_to_go() -> None:
    with pytest.raises(NoAddressForTest):
        send_test(
            portal=make_portal(), message_type=KIND, language="en", channel=Channel.SMS, user=otto()
        )
