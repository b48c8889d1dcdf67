"""What stands in the mail."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from django.utils import timezone
from icalendar import Calendar

from doorstep.domain.notifications.rendering import render
from doorstep.domain.notifications.services.compose import (
    compose_account_mail,
)
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.visits import tell_confirmed
from doorstep.domain.notifications.values import last_day_of
from doorstep.domain.organization.models import Portal
from tests.doubles.smtp import SmtpDouble
from tests.factories.bookings import book, make_world
from tests.factories.customers import make_account, make_contact
from tests.factories.notifications import make_invitation, make_message
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db


def confirmation(smtp: SmtpDouble, now: datetime) -> EmailMessage:
    booking = book(make_world(), now=now)
    message = tell_confirmed(booking_id=booking.pk, now=now)[0]
    deliver(message_id=message.pk, now=now)
    return smtp.mails[0]


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_confirmation_names_the_time_at_the_place_of_work(
    smtp: SmtpDouble, now: datetime
) -> None:
    mail = confirmation(smtp, now)

    for text in (mail["Subject"], part(mail, "plain"), part(mail, "html")):
        assert "Thursday, 26 November 2026" in text
        assert "10:00–12:00, London time" in text


def test_a_confirmation_brings_the_visit_as_a_calendar_file(
    smtp: SmtpDouble, now: datetime
) -> None:
    mail = confirmation(smtp, now)

    (attachment,) = mail.iter_attachments()
    calendar = Calendar.from_ical(attachment.get_content())
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert event["DTSTART"].dt == datetime.fromisoformat("2026-11-26T10:00:00Z")


def test_the_mail_comes_in_the_name_of_the_portal_and_answers_go_to_its_contact(
    smtp: SmtpDouble,
) -> None:
    portal = make_portal(company_name="Café & Söhne", contact_email="hello@example.com")

    deliver(message_id=make_message(portal=portal).pk, now=timezone.now())

    assert "Café & Söhne" in smtp.mails[0]["From"]
    assert smtp.mails[0]["Reply-To"] == "hello@example.com"


def test_a_mail_says_everything_in_plain_text_too(smtp: SmtpDouble) -> None:
    deliver(message_id=make_message().pk, now=timezone.now())

    text = part(smtp.mails[0], "plain")
    assert "http://127.0.0.1:8000/invitation/" in text
    assert "<" not in text
    assert "&#" not in text


def test_names_cannot_bring_markup_into_the_html() -> None:
    contact = make_contact(first_name="<script>alert(1)</script>")

    rendered = render(make_message(contact=contact), now=timezone.now())

    assert "<script" not in rendered.html
    assert "&lt;script&gt;" in rendered.html


def test_names_cannot_bring_lines_into_the_headers(smtp: SmtpDouble) -> None:
    portal = make_portal(company_name="Acme\r\nBcc: all@example.com")

    deliver(message_id=make_message(portal=portal).pk, now=timezone.now())

    assert smtp.mails[0]["Bcc"] is None


def test_a_mail_in_arabic_runs_from_right_to_left() -> None:
    contact = make_contact(account=make_account(language="ar"))

    rendered = render(make_message(contact=contact), now=timezone.now())

    assert '<html lang="ar" dir="rtl"' in rendered.html


def test_the_colors_of_the_portal_are_those_of_the_mail() -> None:
    portal = make_portal(foreground_color="#7a1f3d")

    rendered = render(make_message(portal=portal), now=timezone.now())

    assert "#7a1f3d" in rendered.html


def test_a_portal_that_was_deleted_leaves_the_default_look() -> None:
    message = make_message()
    message.portal = None
    message.contact.account.save()  # type: ignore[union-attr]
    Portal.objects.update(company_name="The default")

    assert "The default" in render(message, now=timezone.now()).html


def test_a_warning_says_where_the_change_came_from() -> None:
    make_portal()
    message = compose_account_mail(
        kind="account/email/password_changed",
        user=None,
        address="x@example.com",
        values={"ip": "192.0.2.7", "browser": "Firefox", "at": "2026-11-23T09:00:00+00:00"},
        portal=None,
        dedupe_key="1",
        now=timezone.now(),
    )

    rendered = render(message, now=timezone.now())

    assert "192.0.2.7" in rendered.text
    assert "Monday, 23 November 2026, 09:00, London time" in rendered.html


def test_an_invitation_names_its_last_day_where_the_contact_lives() -> None:
    abroad = make_contact(time_zone="Asia/Tokyo")
    invitation = make_invitation(contact=abroad, expires_at=datetime(2026, 12, 1, 20, tzinfo=UTC))

    assert "2 Dec" in last_day_of(invitation)
