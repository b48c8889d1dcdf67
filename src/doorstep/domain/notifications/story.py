"""Messages told line by line for a terminal: what was decided, tried, reported and opened."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from .message_types import MESSAGE_TYPES
from .models import Attempt, Channel, Message, MessageState, Outcome, ProviderReport
from .parts import parts_of_stored

_INDENT = "    "
_OUTCOMES = {str(value): str(label) for value, label in Outcome.choices}


def story_of(messages: Iterable[Message], zone: ZoneInfo) -> Iterator[str]:
    """`messages` come with contact, code, booking, attempts and reports preloaded."""
    for message in messages:
        yield from _lines(message, zone)


def letter_of(message: Message, zone: ZoneInfo) -> Iterator[str]:
    """One message with its text exactly as it was sent, links and codes blotted out."""
    yield from _lines(message, zone)
    if not message.text:
        yield ""
        yield "No text was made so far." if message.sent_at is None else "Its text was not kept."
        return
    yield ""
    if message.subject:
        yield f"Subject: {message.subject}"
        yield ""
    yield message.text.rstrip()
    if message.channel == Channel.SMS:
        found = parts_of_stored(message.text)
        yield ""
        yield f"{found.count} part(s), {found.encoding.upper()}, {found.units} units"


def _lines(message: Message, zone: ZoneInfo) -> Iterator[str]:
    kind = MESSAGE_TYPES.get(message.message_type)
    label = str(kind.label) if kind else message.message_type
    test = " (test)" if message.is_test else ""
    yield (
        f"{_at(message.created_at, zone)}  {label}{test}, {message.get_channel_display()} "
        f"to {message.address or 'nobody'}: {message.get_state_display().lower()}  "
        f"[{message.pk}]"
    )
    if message.reason:
        yield f"{_INDENT}why: {message.reason_text}"
    if message.told_from and message.told_to:
        begin, end = _at(message.told_from, zone)[:-3], message.told_to.astimezone(zone)
        yield f"{_INDENT}tells of {begin} to {end:%H:%M}"
    if message.follows_id:
        yield f"{_INDENT}follows [{message.follows_id}]"
    if message.state == MessageState.PENDING:
        yield f"{_INDENT}due {_at(message.due_at, zone)}"
    events = [(each.started_at, _attempt(each)) for each in message.attempts.all()]
    events += [(each.received_at, _report(each)) for each in message.reports.all()]
    for at, words in sorted(events, key=lambda event: event[0]):
        yield f"{_INDENT}{_at(at, zone)}  {words}"
    if message.code is not None and message.code.last_opened_at is not None:
        opened = _at(message.code.last_opened_at, zone)
        yield f"{_INDENT}{opened}  link opened, {message.code.open_count} time(s) so far"


def _attempt(attempt: Attempt) -> str:
    outcome = _OUTCOMES.get(attempt.outcome, attempt.outcome) or "nobody knows yet"
    through = f" through {attempt.account}" if attempt.account else ""
    answer = " ".join(part for part in (attempt.code, attempt.detail) if part)
    return f"attempt{through}: {outcome.lower()}" + (f" ({answer})" if answer else "")


def _report(report: ProviderReport) -> str:
    answer = " ".join(part for part in (report.code, report.text) if part)
    return f"reported: {report.progress}" + (f" ({answer})" if answer else "")


def _at(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}"
