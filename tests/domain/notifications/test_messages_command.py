"""`doorstep messages`: the story of a visit in a terminal, and the switches over everything."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from doorstep.connectors.webhooks import Progress
from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.codes import count_opening
from doorstep.domain.notifications.models import (
    Message,
    MessageState,
    Outcome,
    ProviderReport,
)
from doorstep.domain.notifications.reasons import Reason
from doorstep.domain.notifications.services.visits import tell_confirmed
from doorstep.domain.organization.selectors import get_company
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.selectors import history_of
from tests.doubles.http import running
from tests.doubles.smtp import SmtpDouble
from tests.doubles.tomtom import TomTomDouble
from tests.factories.bookings import book, make_world
from tests.factories.customers import carol, make_contact
from tests.factories.notifications import make_message, make_sms_account, set_messages
from tests.factories.organization import make_company, make_portal
from tests.factories.traffic import traffic_account

pytestmark = pytest.mark.django_db


def messages(*arguments: str) -> str:
    out = StringIO()
    call_command("messages", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def visit(now: datetime) -> Booking:
    """Carol's visit on Thursday; reminders a week and a day before, by mail."""
    world = make_world()
    set_messages(world.portal, reminder_days=[7, 1])
    return book(world, now=now)


@pytest.fixture
def confirmed(visit: Booking, now: datetime) -> Message:
    return tell_confirmed(booking_id=visit.pk, now=now)[0]


# --- Reading ---------------------------------------------------------------------------------


def test_the_story_of_a_visit_is_told_in_order(
    confirmed: Message, visit: Booking, now: datetime
) -> None:
    account = make_sms_account(name="Twilio UK")
    Message.objects.filter(pk=confirmed.pk).update(state=MessageState.FAILED, reason="smtp_550")
    confirmed.attempts.create(
        account=account, started_at=now, outcome=Outcome.PERMANENT, code="smtp_550", detail="Gone"
    )
    ProviderReport.objects.create(
        account=account, message=confirmed, event_key="1", provider_id="x",
        progress=Progress.BOUNCED, text="No such user", received_at=now + timedelta(seconds=3),
    )  # fmt: skip
    assert confirmed.code is not None
    count_opening(code=confirmed.code, now=now + timedelta(minutes=5))

    told = messages("list", "--booking", str(visit.number))

    places = [told.index(part) for part in (
        "Times are Europe/London.",
        "Booking confirmed, E-mail to carol@example.com: failed",
        "why: smtp_550",
        "tells of 2026-11-26 10:00 to 12:00",
        "2026-11-23 09:00:00  attempt through Twilio UK: refused for good (smtp_550 Gone)",
        "2026-11-23 09:00:03  reported: bounced (No such user)",
        "2026-11-23 09:05:00  link opened, 1 time(s) so far",
    )]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.parametrize("by", ["number", "id", "work order", "address", "small letters"])
def test_messages_are_found_by_what_one_has_at_hand(
    confirmed: Message, visit: Booking, by: str
) -> None:
    make_message()
    option, value = {
        "number": ("--booking", str(visit.number)),
        "id": ("--booking", str(visit.pk)),
        "work order": ("--work-order", visit.work_order.number),
        "address": ("--address", "Carol@Example.com"),
        "small letters": ("--booking", str(visit.number).lower()),
    }[by]

    told = messages("list", option, value)

    assert f"[{confirmed.pk}]" in told
    assert told.count(" to ") == 2  # the recipient, and the window


def test_a_suppressed_message_says_why(visit: Booking, now: datetime) -> None:
    set_messages(visit.work_order.portal or make_portal(), switched_off=["booking_confirmed"])
    tell_confirmed(booking_id=visit.pk, now=now)

    told = messages("list", "--state", "suppressed")

    assert f"why: {Reason.SWITCHED_OFF.label}" in told


def test_only_the_newest_are_listed_and_that_is_said(confirmed: Message) -> None:
    newer = make_message(contact=make_contact(email="new@example.com"))

    told = messages("list", "--limit", "1")

    assert "Only the newest 1" in told
    assert f"[{newer.pk}]" in told
    assert f"[{confirmed.pk}]" not in told


def test_an_empty_log_says_so() -> None:
    assert messages("list") == "No messages.\n"


def test_a_message_is_shown_with_its_text_and_a_text_message_with_its_parts(
    confirmed: Message,
) -> None:
    assert "No text was made so far." in messages("show", str(confirmed.pk))
    Message.objects.filter(pk=confirmed.pk).update(
        channel="sms", text="Your visit: https://d.example/v/•••", state=MessageState.SENT
    )

    told = messages("show", str(confirmed.pk))

    assert "Your visit: https://d.example/v/•••" in told
    assert "1 part(s), GSM-7, 58 units" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--booking", "V-NOPE"), "There is no booking 'V-NOPE'."),
        (("list", "--booking", "9" * 40), "There is no booking"),
        (("list", "--work-order", "1"), "There is no work order '1'."),
        (("list", "--limit", "0"), "between 1 and 10000"),
        (("show", "abc"), "There is no message 'abc'."),
        (("show", "-" * 3 + "1"), ""),
        (("remind", "--at", "tomorrow"), "is no instant such as 2026-11-26T10:00"),
        (("remind", "--at", "0001-01-01T00:00+14:00"), "is no instant"),
        (("test-connector", "pigeon"), "There is no connector 'pigeon'. There are: none."),
        (("list", "--state", "lost"), ""),
        (("dance",), ""),
        ((), ""),
    ],
)
def test_nonsense_is_answered_with_a_sentence(arguments: tuple[str, ...], words: str) -> None:
    make_company()
    with pytest.raises((CommandError, SystemExit)) as refusal:
        messages(*arguments)
    assert words in str(refusal.value)


# --- Reminding and sending -------------------------------------------------------------------


def test_reminders_of_an_instant_are_decided_once(visit: Booking) -> None:
    told = messages("remind", "--at", "2026-11-25T10:00")

    assert "2 decided for 2026-11-25 10:00 (Europe/London): 1 to send, 1 suppressed." in told
    assert "Reminder, E-mail to carol@example.com: pending" in told
    assert str(Reason.NEARER_REMINDER.label) in told
    assert "0 decided" in messages("remind", "--at", "2026-11-25T10:00")


def test_an_instant_may_name_its_offset(visit: Booking) -> None:
    assert "for 2026-11-25 10:00" in messages("remind", "--at", "2026-11-25T15:30+05:30")


def test_reminders_are_sent_at_once_when_asked(visit: Booking, smtp: SmtpDouble) -> None:
    told = messages("remind", "--at", "2026-11-25T10:00", "--deliver")

    assert "Reminder, E-mail to carol@example.com: sent" in told
    assert smtp.recipients == [carol().email]


def test_what_is_due_is_sent(smtp: SmtpDouble) -> None:
    make_message()

    assert messages("send") == "1 tried.\n"
    assert messages("send") == "Nothing is due.\n"
    assert len(smtp.mails) == 1


# --- The switch, and trying out --------------------------------------------------------------


def test_everything_is_held_and_released(smtp: SmtpDouble) -> None:
    make_message()

    assert "All messages are held." in messages("hold")
    assert messages("hold") == "It was so already.\n"
    with pytest.raises(CommandError, match="held"):
        messages("send")
    assert smtp.mails == []
    assert "go out again" in messages("release")

    messages("send")
    assert len(smtp.mails) == 1
    noted = [(entry.source, entry.data["changes"]) for entry in history_of(get_company())]
    assert noted == [
        (Source.COMMAND, {"is_outbound_held": [True, False]}),
        (Source.COMMAND, {"is_outbound_held": [False, True]}),
    ]


def test_a_connector_that_cannot_be_asked_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    make_sms_account(name="Screen")

    with pytest.raises(CommandError, match="cannot be asked"):
        messages("test-connector", "screen")

    assert "Taken over." in messages("test-connector", "Screen", "--to", "+447700900123")
    assert "A test of “Screen”" in capsys.readouterr().out


def test_a_service_that_sends_nothing_is_asked_and_given_no_message() -> None:
    with running(TomTomDouble()) as double:
        traffic_account("tomtom", double.url, name="TomTom")

        assert "It answers, with traffic" in messages("test-connector", "TomTom")
        with pytest.raises(CommandError, match="sends no messages"):
            messages("test-connector", "TomTom", "--to", "otto@example.com")
