"""What mails and text messages say of a visit, and what of it is stored."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.notifications.models import Channel, Message, MessageState
from doorstep.domain.notifications.rendering import render_mail, render_sms
from doorstep.domain.notifications.services.staff import alert_staff
from doorstep.domain.organization.models import Portal
from tests.factories.bookings import book, make_world
from tests.factories.identity import otto
from tests.factories.notifications import make_sms_account
from tests.factories.organization import make_portal
from tests.factories.surveys import ask_by_own_form, ask_elsewhere

from .words_cases import visit_message

pytestmark = pytest.mark.django_db
CODE = "0123456789abcdefghjkmnpqrs"


@pytest.fixture
def booking(now: datetime) -> Booking:
    return book(make_world(), now=now)


def give_status(booking: Booking, parent: ParentStatus) -> None:
    booking.status = get_default_status(parent)
    booking.save()


def event_of(message: Message, now: datetime) -> tuple[str, object]:
    (attachment,) = render_mail(message, now=now).attachments
    calendar = Calendar.from_ical(attachment.content)
    (event,) = calendar.walk("VEVENT")
    assert attachment.params["method"] == calendar["METHOD"]
    return str(calendar["METHOD"]), event


def test_the_link_opens_the_visit_and_its_secret_is_not_stored(
    booking: Booking, now: datetime
) -> None:
    message = visit_message(booking, "booking_confirmed", context={"code": CODE})

    mail = render_mail(message, now=now)

    assert f"/v/{CODE}" in mail.text
    assert f"/v/{CODE}" in mail.html
    assert CODE not in mail.stored_text + mail.stored_html + mail.subject


def test_the_link_of_a_text_message_is_its_mark_and_is_not_stored(
    booking: Booking, now: datetime
) -> None:
    context = {"code": CODE}
    message = visit_message(booking, "booking_reminder", context=context, channel=Channel.SMS)

    sms = render_sms(message, now=now)

    assert sms.marker.endswith(f"/v/{CODE}")
    assert sms.marker in sms.text
    assert CODE not in sms.stored_text
    assert sms.to == booking.work_order.reported_by.phone  # type: ignore[union-attr]


def test_without_a_link_of_its_own_a_message_leads_to_the_page_behind_the_sign_in(
    booking: Booking, now: datetime
) -> None:
    mail = render_mail(visit_message(booking, "booking_confirmed"), now=now)

    assert f"/visits/{booking.code}/" in mail.text


def test_calendars_never_learn_the_secret(booking: Booking, now: datetime) -> None:
    message = visit_message(booking, "booking_confirmed", context={"code": CODE})

    mail = render_mail(message, now=now)

    assert mail.html.count(CODE) == 1
    assert CODE.encode() not in mail.attachments[0].content


def test_a_moved_visit_moves_the_calendar_entry_it_made(booking: Booking, now: datetime) -> None:
    _method, first = event_of(visit_message(booking, "booking_confirmed"), now)
    booking.promised_from += timedelta(hours=3)
    booking.promised_to += timedelta(hours=3)
    booking.version += 1
    booking.save()

    method, second = event_of(visit_message(booking, "booking_rescheduled"), now)

    assert method == "PUBLISH"
    assert second["UID"] == first["UID"]  # type: ignore[index]
    assert second["SEQUENCE"] > first["SEQUENCE"]  # type: ignore[index]
    assert second["DTSTART"].dt == booking.promised_from  # type: ignore[index]


def test_a_canceled_visit_leaves_the_calendar(booking: Booking, now: datetime) -> None:
    _method, first = event_of(visit_message(booking, "booking_confirmed"), now)
    booking.version += 1
    give_status(booking, ParentStatus.CANCELED)

    method, last = event_of(visit_message(booking, "booking_canceled"), now)

    assert (method, last["STATUS"], last["UID"]) == ("CANCEL", "CANCELLED", first["UID"])  # type: ignore[index]
    assert last["SEQUENCE"] > first["SEQUENCE"]  # type: ignore[index]
    assert "ORGANIZER" in last  # type: ignore[operator]


def test_a_moved_visit_says_what_the_customer_was_told_before(
    booking: Booking, now: datetime
) -> None:
    visit_message(
        booking,
        "booking_confirmed",
        state=MessageState.SENT,
        sent_at=now,
        told_from=booking.promised_from,
        told_to=booking.promised_to,
    )
    booking.promised_from += timedelta(days=1)
    booking.promised_to += timedelta(days=1)
    booking.save()

    mail = render_mail(visit_message(booking, "booking_rescheduled"), now=now)

    assert "Before: Thursday, 26 November 2026, 10:00–12:00, London time" in mail.text
    assert "Friday, 27 November 2026" in mail.subject


def test_the_arrival_is_told_to_five_minutes(booking: Booking, now: datetime) -> None:
    booking.starts_at = datetime(2026, 11, 26, 9, 41, tzinfo=UTC)
    booking.arrives_at = datetime(2026, 11, 26, 10, 12, tzinfo=UTC)
    booking.save()
    booking.assignments.update(starts_at=booking.starts_at, arrives_at=booking.arrives_at)

    on_time = visit_message(booking, "technician_traveling", created_at=booking.starts_at)
    late = visit_message(
        booking, "technician_traveling", created_at=booking.starts_at + timedelta(minutes=30)
    )

    assert "around 10:10, London time" in render_mail(on_time, now=now).text
    assert "around 10:40, London time" in render_mail(late, now=now).text


@pytest.mark.parametrize(("shows", "who"), [(True, "Tom Technician"), (False, "Your technician")])
def test_a_technician_has_a_name_if_the_portal_says_so(
    booking: Booking, now: datetime, shows: bool, who: str
) -> None:
    Portal.objects.update(shows_technician_name=shows)

    mail = render_mail(
        visit_message(Booking.objects.get(pk=booking.pk), "technician_traveling"), now=now
    )

    assert mail.subject == f"{who} is on the way"
    assert ("Tom Technician" in mail.html) is shows


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("kind", ["own", "external"])
def test_the_survey_is_asked_for_where_there_is_one(
    booking: Booking, now: datetime, channel: Channel, kind: str
) -> None:
    booking.completed_at = datetime(2026, 11, 26, 11, 40, tzinfo=UTC)
    give_status(booking, ParentStatus.COMPLETED)
    rendered = render_mail if channel == Channel.EMAIL else render_sms
    message = visit_message(booking, "booking_completed", channel=channel)

    without = rendered(message, now=now)
    portal = booking.work_order.portal
    assert portal is not None
    if kind == "own":
        ask_by_own_form(portal)
    else:
        ask_elsewhere(portal, "https://survey.example.com/x?n={booking_number}&l={language}")
    with_it = rendered(Message.objects.get(pk=message.pk), now=now)

    assert "How did we do" not in without.text
    assert "11:40, London time" in without.text
    if kind == "own":
        assert f"/visits/{booking.code}/#survey" in with_it.text
    else:
        assert f"https://survey.example.com/x?n={booking.number}&l=en" in with_it.text


def test_optional_mails_carry_the_one_click_way_out(booking: Booking, now: datetime) -> None:
    reminder = render_mail(
        visit_message(booking, "booking_reminder", address="carol@example.com"), now=now
    )
    confirmed = render_mail(visit_message(booking, "booking_confirmed"), now=now)

    url = reminder.headers["List-Unsubscribe"].strip("<>")
    assert reminder.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url in reminder.text
    assert url in reminder.html
    assert url not in reminder.stored_text + reminder.stored_html
    assert confirmed.headers == {}


def test_the_office_gets_a_link_into_the_office(booking: Booking, now: datetime) -> None:
    message = visit_message(booking, "staff_booked", contact=None, address="office@example.com")

    mail = render_mail(message, now=now)

    assert f"/office/bookings/booking/{booking.pk}/change/" in mail.text
    assert booking.work_order.account.name in mail.subject
    assert mail.to == "office@example.com"


def test_an_alert_names_the_service_that_refuses_and_its_answer(now: datetime) -> None:
    make_portal()
    otto()
    account = make_sms_account(name="Our texts", pause_reason="Wrong password.")

    (message,) = alert_staff(account=account, now=now, occasion="1")
    mail = render_mail(message, now=now)

    assert "Our texts" in mail.subject
    assert "Wrong password." in mail.text
