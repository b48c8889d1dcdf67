"""`doorstep messages`: the whole story of a visit's messages, and the switches over them."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet

from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.models import Channel, Message, MessageState
from doorstep.domain.notifications.selectors import (
    messages_of_booking,
    messages_of_work_order,
    with_story,
)
from doorstep.domain.notifications.services.consent import normalize_address
from doorstep.domain.notifications.services.deliver import deliver
from doorstep.domain.notifications.services.drain import drain
from doorstep.domain.notifications.services.holding import hold_all_messages
from doorstep.domain.notifications.services.remind import remind
from doorstep.domain.notifications.services.try_out import check_account, send_trial
from doorstep.domain.notifications.story import letter_of, story_of
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.work.models import WorkOrder
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.lib.db import database_now
from doorstep.platform.lib.errors import DomainError

ACTOR = Actor(Source.COMMAND, label="doorstep messages")
LIMIT = 50


class Command(BaseCommand):
    help = "Read the message log in a terminal, remind for a given instant, hold and release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Django's own parser class wants a command as argument, which subparsers do not give.
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        listing = verbs.add_parser("list", help="what was decided, tried and reported")
        which = listing.add_mutually_exclusive_group()
        which.add_argument("--booking", help="number or id of a booking: all of its messages")
        which.add_argument("--work-order", help="number of a work order")
        which.add_argument("--address", help="e-mail address or phone number")
        listing.add_argument("--state", choices=MessageState.values)
        listing.add_argument("--limit", type=int, default=LIMIT, help="the newest so many")
        show = verbs.add_parser("show", help="one message with its text as sent")
        show.add_argument("id", help="the number in brackets")
        reminders = verbs.add_parser(
            "remind", help="run the reminders of an instant; they are not decided again later"
        )
        reminders.add_argument("--at", help="2026-11-26T10:00, company's time, or with +00:00")
        reminders.add_argument("--deliver", action="store_true", help="and send them at once")
        verbs.add_parser("send", help="send what is due")
        verbs.add_parser("hold", help="let nothing leave any more")
        verbs.add_parser("release", help="let messages go again")
        trial = verbs.add_parser("test-connector", help="ask a message service whether it works")
        trial.add_argument("name", help="of the connector, as the office shows it")
        trial.add_argument("--to", help="send a small message there instead of asking")

    def handle(self, *args: object, **options: Any) -> None:
        verbs: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "show": self._show,
            "remind": self._remind,
            "send": self._send,
            "hold": lambda _options: self._hold(is_held=True),
            "release": lambda _options: self._hold(is_held=False),
            "test-connector": self._test,
        }
        try:
            verbs[options["verb"]](options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _list(self, options: dict[str, Any]) -> None:
        if not 1 <= options["limit"] <= 10_000:
            raise CommandError("--limit is between 1 and 10000.")
        messages = _chosen(options)
        if options["state"]:
            messages = messages.filter(state=options["state"])
        newest = list(messages.order_by("-created_at", "-pk")[: options["limit"] + 1])
        is_more = len(newest) > options["limit"]
        zone = _zone()
        if not newest:
            self.stdout.write("No messages.")
            return
        self.stdout.write(f"Times are {zone}.")
        if is_more:
            self.stdout.write(f"Only the newest {options['limit']}; --limit shows more.")
        for line in story_of(reversed(newest[: options["limit"]]), zone):
            self.stdout.write(line)

    def _show(self, options: dict[str, Any]) -> None:
        pk = _id(options["id"])
        message = with_story(Message.objects.filter(pk=pk)).first() if pk is not None else None
        if message is None:
            raise CommandError(f"There is no message {options['id']!r}.")
        self.stdout.write(f"Times are {_zone()}.")
        for line in letter_of(message, _zone()):
            self.stdout.write(line)

    def _remind(self, options: dict[str, Any]) -> None:
        at = _instant(options["at"]) if options["at"] else database_now()
        decided = remind(now=at)
        if options["deliver"]:
            for message in decided:
                if message.state == MessageState.PENDING:
                    deliver(message_id=message.pk, now=at)
        ids = [message.pk for message in decided]
        waiting = sum(message.state == MessageState.PENDING for message in decided)
        self.stdout.write(
            f"{len(decided)} decided for {at.astimezone(_zone()):%Y-%m-%d %H:%M} ({_zone()}): "
            f"{waiting} to send, {len(decided) - waiting} suppressed."
        )
        for line in story_of(with_story(Message.objects.filter(pk__in=ids)), _zone()):
            self.stdout.write(line)

    def _send(self, _options: dict[str, Any]) -> None:
        if get_company().is_outbound_held:
            raise CommandError("All messages are held; “doorstep messages release” lets them go.")
        tried = 0
        for channel in Channel:
            is_more = True
            while is_more:
                count, is_more = drain(channel=channel, now=database_now)
                tried += count
        self.stdout.write(f"{tried} tried." if tried else "Nothing is due.")

    def _hold(self, *, is_held: bool) -> None:
        if not hold_all_messages(is_held=is_held, actor=ACTOR):
            self.stdout.write("It was so already.")
        elif is_held:
            self.stdout.write("All messages are held. What becomes due waits.")
        else:
            self.stdout.write("Messages go out again.")

    def _test(self, options: dict[str, Any]) -> None:
        account = ConnectorAccount.objects.filter(name__iexact=options["name"]).first()
        if account is None:
            names = ", ".join(ConnectorAccount.objects.values_list("name", flat=True))
            raise CommandError(
                f"There is no connector {options['name']!r}. There are: {names or 'none'}."
            )
        if account.kind == ConnectorKind.CALENDAR:
            raise CommandError(
                f"{account.name} is a server profile of calendars: it is tried with a mailbox, in "
                "the office."
            )
        if not options["to"]:
            self.stdout.write(check_account(account=account, actor=ACTOR))
            return
        if account.kind not in Channel.values:
            raise CommandError(f"{account.name} sends no messages; leave out --to.")
        to = normalize_address(Channel(account.kind), options["to"])
        receipt = send_trial(account=account, to=to, actor=ACTOR, now=database_now())
        self.stdout.write(f"Taken over. {receipt.detail}".rstrip())


def _chosen(options: dict[str, Any]) -> QuerySet[Message]:
    if text := options["booking"]:
        pk = _id(text)
        wanted = Q(number__iexact=text) | (Q() if pk is None else Q(pk=pk))
        booking = Booking.objects.filter(wanted).first()
        if booking is None:
            raise CommandError(f"There is no booking {text!r}.")
        return messages_of_booking(booking.pk)
    if text := options["work_order"]:
        order = WorkOrder.objects.filter(number__iexact=text).first()
        if order is None:
            raise CommandError(f"There is no work order {text!r}.")
        return messages_of_work_order(order.pk)
    messages = with_story(Message.objects.all())
    if text := options["address"]:
        forms = {text, *(normalize_address(channel, text) for channel in Channel)}
        return messages.filter(address__in=forms)
    return messages


def _id(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_number else None


def _instant(text: str) -> datetime:
    """With an offset, or in the company's time."""
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=_zone())
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{text!r} is no instant such as 2026-11-26T10:00.") from error


def _zone() -> ZoneInfo:
    return ZoneInfo(get_company().time_zone)
