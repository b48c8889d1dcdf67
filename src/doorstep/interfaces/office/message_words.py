"""Messages as the office reads them: what each is, to whom, what became of it and why."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.notifications.message_types import MESSAGE_TYPES
from doorstep.domain.notifications.models import (
    Attempt,
    Channel,
    Message,
    MessageState,
    Outcome,
    ProviderReport,
)
from doorstep.domain.notifications.parts import parts_of_stored
from doorstep.platform.lib.site_time import format_time, local_day

from .code_words import openings_words
from .columns import link_to, state_badge
from .panels import Cell, Panel
from .times import in_lists, office_zone, short_promise


def type_words(message: Message) -> str:
    """ "Reminder"; the stored name of a type that is gone; tests say that they are some."""
    found = MESSAGE_TYPES.get(message.message_type)
    label = found.label if found else message.message_type
    if message.is_test:
        return _("%(type)s (test)") % {"type": label}
    return str(label)


def recipient_words(message: Message) -> SafeString | str:
    """Address, and below it whose it is."""
    name = str(message.contact or message.user or "")
    if not name:
        return message.address or "–"
    return format_html(
        '<span class="office-address">{}</span><span class="office-change">{}</span>',
        message.address or _("no address"),
        name,
    )


def state_and_reason(message: Message) -> SafeString:
    """What became of it, and below it why."""
    return format_html(
        '{}<span class="office-change">{}</span>',
        state_badge(message.state, message.get_state_display()),
        message.reason_text,
    )


def text_words(message: Message) -> SafeString:
    """Exactly what was sent, in the direction in which it was read."""
    try:
        direction = "rtl" if get_language_info(message.language)["bidi"] else "ltr"
    except KeyError:
        direction = "auto"
    return format_html(
        '<pre class="office-text" lang="{}" dir="{}">{}</pre>',
        message.language,
        direction,
        message.text or "–",
    )


def told_words(message: Message) -> str:
    """The window it tells of, as its text said it."""
    if message.told_from is None or message.told_to is None:
        return "–"
    zone = message.booking.time_zone if message.booking else "UTC"
    return short_promise(message.told_from, message.told_to, zone)


def when_words(message: Message) -> SafeString | str:
    """When it went out and arrived; of one that waits when it will go."""
    told = [in_lists(message.sent_at)] if message.sent_at else []
    if message.state == MessageState.PENDING:
        told.append(_("due %(when)s") % {"when": in_lists(message.due_at)})
    if message.delivered_at:
        told.append(
            _("delivered %(when)s") % {"when": _after(message.sent_at, message.delivered_at)}
        )
    lines = format_html_join(
        "", '<span class="office-change office-nowrap">{}</span>', ((line,) for line in told)
    )
    return lines or "–"


def _after(first: datetime | None, then: datetime) -> str:
    """On the same day the time says enough."""
    zone = office_zone()
    if first is not None and local_day(first, zone) == local_day(then, zone):
        return format_time(then, zone)
    return in_lists(then)


def link_words(message: Message) -> SafeString | str:
    """The link without sign-in in it, and whether it was opened."""
    if message.code is None:
        return "–"
    opened = openings_words(message.code)
    text = _("never opened") if opened == "–" else _("opened %(when)s") % {"when": opened}
    return link_to(message.code, text)


def segments_words(message: Message) -> str:
    """What a text costs: the parts it travels in."""
    if message.channel != Channel.SMS or not message.text:
        return "–"
    found = parts_of_stored(message.text)
    return _("%(count)s (%(encoding)s, %(units)s units)") % {
        "count": found.count,
        "encoding": found.encoding.upper(),
        "units": found.units,
    }


# --- Panels ----------------------------------------------------------------------------------


def message_panel(messages: Iterable[Message]) -> Panel:
    """All messages about a visit, those that were decided against as well."""
    rows: list[list[Cell]] = [
        [
            link_to(message, in_lists(message.created_at)),
            type_words(message),
            message.get_channel_display(),
            recipient_words(message),
            state_and_reason(message),
            when_words(message),
            link_words(message),
        ]
        for message in messages
    ]
    headers = [_("Decided"), _("Type"), _("By"), _("To"), _("State"), _("Sent"), _("Its link")]
    return Panel(_("Messages"), headers, rows, empty=_("Nothing was decided so far."))


def attempt_panel(attempts: Iterable[Attempt]) -> Panel:
    outcomes = dict(Outcome.choices)
    rows: list[list[Cell]] = [
        [
            in_lists(attempt.started_at),
            _took(attempt),
            str(attempt.account or "–"),
            str(outcomes.get(attempt.outcome, attempt.outcome) or _("Nobody knows yet")),
            _code_and_words(attempt.code, attempt.detail),
            attempt.provider_id or "–",
        ]
        for attempt in attempts
    ]
    headers = [_("Started"), _("Took"), _("Through"), _("Outcome"), _("Answer"), _("Their id")]
    return Panel(_("Attempts"), headers, rows, empty=_("Nobody has tried to send it."))


def report_panel(reports: Iterable[ProviderReport]) -> Panel:
    """In the order in which they came; their own clocks may say otherwise."""
    rows: list[list[Cell]] = [
        [
            in_lists(report.received_at),
            in_lists(report.at),
            report.progress,
            _code_and_words(report.code, report.text),
            str(report.account),
        ]
        for report in reports
    ]
    headers = [_("Received"), _("Happened"), _("Progress"), _("Answer"), _("From")]
    return Panel(
        _("What the service reported"), headers, rows, empty=_("It has not reported anything.")
    )


def family_panel(message: Message) -> Panel:
    """What it follows, and what follows it: the other channel after a failure, a resending."""
    rows: list[list[Cell]] = [
        [said, link_to(other, in_lists(other.created_at)), other.get_channel_display(),
         recipient_words(other), state_and_reason(other)]
        for said, other in _family(message)
    ]  # fmt: skip
    headers = [_("This message"), _("Decided"), _("By"), _("To"), _("State")]
    return Panel(_("Before and after"), headers, rows, empty=_("It stands alone."))


def _family(message: Message) -> list[tuple[str, Message]]:
    related = message.followers.select_related("contact", "user").order_by("created_at", "pk")
    before = [(_("follows"), message.follows)] if message.follows else []
    return [*before, *((_("is followed by"), each) for each in related)]


def _took(attempt: Attempt) -> str:
    if attempt.finished_at is None:
        return "–"
    seconds = (attempt.finished_at - attempt.started_at).total_seconds()
    return _("%(seconds).1f s") % {"seconds": max(seconds, 0)}


def _code_and_words(code: str, words: str) -> SafeString | str:
    parts: list[tuple[Any]] = [(part,) for part in (code, words) if part]
    return format_html_join("", '<span class="office-change">{}</span>', parts) or "–"


def visit_link(booking: Booking | None) -> SafeString | str:
    """Named by the customer's number, else by the work order's."""
    if booking is None:
        return "–"
    return link_to(booking, booking.number or booking.work_order.number)
