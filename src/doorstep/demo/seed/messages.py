"""What customers were told so far: settings of messages, and a log that looks lived in.

Every reminder that was due by now counts as sent, so that a fresh demo does not begin with hundreds
of them.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from doorstep.domain.bookings.models import Booking, BookingCode, ParentStatus
from doorstep.domain.bookings.services.codes import create_booking_codes
from doorstep.domain.customers.models import Contact
from doorstep.domain.customers.models.contact import MessageChannel
from doorstep.domain.notifications.connectors import find_account
from doorstep.domain.notifications.message_types import (
    BOOKING_CANCELED,
    BOOKING_COMPLETED,
    BOOKING_CONFIRMED,
    BOOKING_REMINDER,
    TECHNICIAN_TRAVELING,
    MessageType,
)
from doorstep.domain.notifications.models import (
    Attempt,
    Channel,
    Message,
    MessageSettings,
    MessageState,
    Outcome,
    StaffTask,
    TaskKind,
)
from doorstep.domain.notifications.recipients import language_of
from doorstep.domain.notifications.rendering import render
from doorstep.domain.notifications.services.remind import reminder_occasion, run_of
from doorstep.domain.notifications.words.texts import Texts
from doorstep.domain.organization.models import ConnectorAccount, Portal
from doorstep.platform.lib.secrets import encrypt

from .timing import History
from .visits import Visit

OFFICE_ADDRESS = "office@example.com"
REMINDERS = [7, 1]
_BATCH = 500
_SETTLING = timedelta(seconds=60)
_OPENED = 0.6
# Of a hundred households: who wants mail only, and who texts only; the others get both.
_ONLY_MAIL, _ONLY_TEXTS = 70, 85
_BY_STATUS = {
    ParentStatus.TRAVELING: (TECHNICIAN_TRAVELING, timedelta(seconds=2)),
    ParentStatus.COMPLETED: (BOOKING_COMPLETED, _SETTLING),
    ParentStatus.CANCELED: (BOOKING_CANCELED, _SETTLING),
}
_NO_MAILBOX = ("smtp_550", "550 5.1.1 No such mailbox here")


@dataclass(frozen=True, slots=True)
class _Told:
    """One thing a customer was told."""

    kind: MessageType
    occasion: str
    at: datetime


def make_message_settings(portals: Iterable[Portal]) -> None:
    """Mail and texts, reminders a week and a day before, and the office hears of customers."""
    for portal in portals:
        MessageSettings.objects.create(
            portal=portal,
            channel=MessageChannel.BOTH,
            reminder_days=REMINDERS,
            reminder_zone="",
            staff_addresses=OFFICE_ADDRESS,
        )


def choose_channels(contacts: Iterable[Contact], rng: Random) -> None:
    """Wishes of their own, for those who are not in the story."""
    for contact in contacts:
        chance = rng.randrange(100)
        if chance < _ONLY_MAIL:
            contact.message_channel = MessageChannel.EMAIL
        elif chance < _ONLY_TEXTS and contact.phone:
            contact.message_channel = MessageChannel.SMS


def write_messages(
    bookings: dict[Visit, Booking],
    histories: dict[Visit, History],
    *,
    told_all: set[Contact],
    fallback: Portal,
    now: datetime,
) -> None:
    """The whole story for contacts in `told_all`; for everybody else the reminders of visits to
    come, with what went before them."""
    settings = {row.portal_id: row for row in MessageSettings.objects.select_related("portal")}
    texts = ConnectorAccount.objects.filter(kind=Channel.SMS).first()
    messages: list[Message] = []
    for visit, booking in bookings.items():
        portal = visit.portal or fallback
        own = settings[portal.pk]
        is_told_all = visit.contact in told_all
        for told in _told(visit, booking, histories[visit], own, is_told_all, now):
            messages += _messages(told, visit, booking, portal, own, has_texts=texts is not None)
    messages.sort(key=lambda each: each.created_at)
    accounts = {Channel.EMAIL: find_account(Channel.EMAIL, fallback), Channel.SMS: texts}
    rng = Random(f"messages {len(messages)}")  # noqa: S311 (not for secrets)
    _give_links(messages, rng, now)
    words = Texts()
    for message in messages:
        _write_text(message, accounts[Channel(message.channel)], words)
    _fail_one(messages)
    Message.objects.bulk_create(messages, batch_size=_BATCH)
    Attempt.objects.bulk_create([_attempt(each) for each in messages], batch_size=_BATCH)


def make_task(contact: Contact, booking: Booking, *, now: datetime) -> None:
    StaffTask.objects.create(
        kind=TaskKind.CUSTOMER_WROTE,
        text=f"{contact.phone}: Can you ring ten minutes before you come?",
        dedupe_key="demo",
        contact=contact,
        booking=booking,
        created_at=now - timedelta(minutes=50),
    )


# --- What there was to tell ------------------------------------------------------------------


def _told(
    visit: Visit,
    booking: Booking,
    history: History,
    settings: MessageSettings,
    is_told_all: bool,
    now: datetime,
) -> Iterator[_Told]:
    is_ahead = history.parent is ParentStatus.SCHEDULED and booking.promised_from > now
    reminders = list(_reminders(booking, history, settings, now))
    if not is_told_all and not (is_ahead and reminders):
        return
    if visit.portal is not None:
        occasion = f"{BOOKING_CONFIRMED.name}:{booking.pk}"
        yield _Told(BOOKING_CONFIRMED, occasion, history.created_at)
    yield from reminders
    for parent, at in history.steps:
        if parent not in _BY_STATUS:
            continue
        kind, wait = _BY_STATUS[parent]
        # Nobody is told that something is canceled of which she was told nothing.
        if at + wait <= now and (kind is not BOOKING_CANCELED or visit.portal or reminders):
            yield _Told(kind, f"{kind.name}:{booking.pk}:demo", at + wait)


def _reminders(
    booking: Booking, history: History, settings: MessageSettings, now: datetime
) -> Iterator[_Told]:
    ended = history.since if history.parent is not ParentStatus.SCHEDULED else now
    for days in settings.reminders:
        run = run_of(booking, days, settings)
        if run <= min(now, booking.promised_from, ended):
            yield _Told(BOOKING_REMINDER, reminder_occasion(booking, days), run)


def _messages(
    told: _Told,
    visit: Visit,
    booking: Booking,
    portal: Portal,
    settings: MessageSettings,
    *,
    has_texts: bool,
) -> Iterator[Message]:
    contact = visit.contact
    choice = contact.message_channel or settings.channel
    addresses = {Channel.EMAIL: contact.email, Channel.SMS: contact.phone if has_texts else ""}
    for channel, address in addresses.items():
        if choice not in (channel, MessageChannel.BOTH) or not address:
            continue
        message = Message(
            message_type=told.kind.name,
            channel=channel,
            address=address,
            portal=portal,
            booking=booking,
            contact=contact,
            told_from=booking.promised_from if told.kind.names_time else None,
            told_to=booking.promised_to if told.kind.names_time else None,
            created_at=told.at,
            due_at=told.at,
            dedupe_key=f"{told.occasion}:{channel}",
        )
        message.language = language_of(message)
        yield message


# --- How it went -----------------------------------------------------------------------------


def _give_links(messages: Sequence[Message], rng: Random, now: datetime) -> None:
    """A code for each, as old as its message, and opened by some."""
    made = create_booking_codes(
        for_whom=[(each.booking, each.contact) for each in messages],  # type: ignore[misc]
        purposes=[each.message_type for each in messages],
        now=now,
    )
    codes = []
    for message, (code, secret) in zip(messages, made, strict=True):
        message.code = code
        message.context_encrypted = encrypt(json.dumps({"code": secret}))
        code.created_at = message.created_at
        opened = message.created_at + timedelta(minutes=rng.randint(3, 600))
        if rng.random() < _OPENED and opened < now:
            code.first_opened_at = code.last_opened_at = opened
            code.open_count = rng.randint(1, 3)
        codes.append(code)
    BookingCode.objects.bulk_update(
        codes, ["created_at", "first_opened_at", "last_opened_at", "open_count"], batch_size=_BATCH
    )


def _write_text(message: Message, account: ConnectorAccount | None, words: Texts) -> None:
    rendered = render(message, now=message.created_at, texts=words)
    message.subject, message.text = rendered.stored_subject, rendered.stored_text
    message.html = rendered.stored_html
    message.context_encrypted = ""
    message.account, message.attempt_count = account, 1
    message.state = MessageState.SENT
    message.sent_at = message.created_at + timedelta(seconds=1)
    if message.channel == Channel.SMS:
        # The demo's mail server does not report; phones do.
        message.state = MessageState.DELIVERED
        message.delivered_at = message.created_at + timedelta(seconds=6)


def _fail_one(messages: Sequence[Message]) -> None:
    """Somebody's mailbox is gone, so that the office has something to look at."""
    mails = [each for each in messages if each.channel == Channel.EMAIL]
    if mails:
        mail = mails[len(mails) // 2]
        mail.state, mail.reason, mail.sent_at = MessageState.FAILED, ": ".join(_NO_MAILBOX), None


def _attempt(message: Message) -> Attempt:
    attempt = Attempt(
        message=message,
        account=message.account,
        started_at=message.created_at,
        finished_at=message.created_at + timedelta(seconds=1),
        outcome=Outcome.SENT,
        detail="250 2.0.0 Kept in the demo inbox",
    )
    if message.state == MessageState.FAILED:
        attempt.outcome = Outcome.PERMANENT
        attempt.code, attempt.detail = _NO_MAILBOX
    elif message.channel == Channel.SMS:
        attempt.detail = "kept in the folder"
    return attempt
