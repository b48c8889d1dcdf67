"""`doorstep calendar`: how technicians' calendars are doing, and looking at them by hand."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from doorstep.domain.calendars.models import CalendarLink, EventState, SyncedEvent
from doorstep.domain.calendars.selectors import (
    get_calendar_settings,
    technicians_without_calendar,
    with_event_counts,
)
from doorstep.domain.calendars.services.by_hand import CalendarNotInUse, check_in_use
from doorstep.domain.calendars.services.sync import sync_calendar
from doorstep.domain.organization.selectors import get_company

ALL = "all"
LIMIT = 50


class Command(BaseCommand):
    help = "Show how technicians' calendars are doing; write and read them back now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Django's own parser class wants a command as argument, which subparsers do not give.
        verbs = parser.add_subparsers(dest="verb", required=True, parser_class=ArgumentParser)
        verbs.add_parser("list", help="every calendar, how it is doing, and who has none")
        for name, told in (
            ("sync", "write what is due, read back, and say what was done"),
            ("reconcile", "the same, and say what was found to differ"),
        ):
            verb = verbs.add_parser(name, help=told)
            verb.add_argument("technician", help="name or mailbox of one, or “all”")
        events = verbs.add_parser("events", help="what stands in a technician's calendar")
        events.add_argument("technician", help="name or mailbox")
        events.add_argument("--state", choices=EventState.values)
        events.add_argument("--limit", type=int, default=LIMIT, help="the latest so many")

    def handle(self, *args: object, **options: Any) -> None:
        verbs: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "sync": lambda options: self._look(options, _done),
            "reconcile": lambda options: self._look(options, _drift),
            "events": self._events,
        }
        verbs[options["verb"]](options)

    def _list(self, _options: dict[str, Any]) -> None:
        self.stdout.write(f"Times are {_zone()}.")
        if not get_calendar_settings().is_enabled:
            self.stdout.write("The sync is switched off: nothing is written, nothing is removed.")
        for link in with_event_counts(_links()):
            for line in _health(link):
                self.stdout.write(line)
        without = ", ".join(str(each) for each in technicians_without_calendar())
        self.stdout.write(f"Not set up: {without or 'nobody'}.")

    def _look(self, options: dict[str, Any], words: Callable[[CalendarLink, int], str]) -> None:
        is_all = options["technician"] == ALL
        links = list(_links()) if is_all else [_chosen(options["technician"])]
        failed = 0
        for link in links:
            told, is_good = _look_at(link, words)
            failed += not is_good
            self.stdout.write(f"{link}: {told}")
        if failed:
            raise CommandError(f"{failed} of {len(links)} could not be written.")

    def _events(self, options: dict[str, Any]) -> None:
        if not 1 <= options["limit"] <= 10_000:
            raise CommandError("--limit is between 1 and 10000.")
        link = _chosen(options["technician"])
        events = SyncedEvent.objects.filter(link=link)
        if options["state"]:
            events = events.filter(state=options["state"])
        latest = list(events[: options["limit"] + 1])
        self.stdout.write(f"{link}. Times are {_zone()}.")
        if not latest:
            self.stdout.write("No events.")
        if len(latest) > options["limit"]:
            self.stdout.write(f"Only the latest {options['limit']}; --limit shows more.")
        for event in reversed(latest[: options["limit"]]):
            because = f" ({event.reason})" if event.reason else ""
            state = event.get_state_display()
            self.stdout.write(f"{_when(event.starts_at)}  {event}  {state}{because}")


def _look_at(link: CalendarLink, words: Callable[[CalendarLink, int], str]) -> tuple[str, bool]:
    """What came of it, and whether it went well."""
    try:
        check_in_use(link)
    except CalendarNotInUse as why:
        return str(why), False
    done = sync_calendar(link_id=link.pk, by_hand=True)
    if done is None:
        return "a worker is busy with it", False
    if done.problem:
        return done.problem, False
    link.refresh_from_db()
    return words(link, done.written), True


def _done(_link: CalendarLink, written: int) -> str:
    return f"{written} written, and read back"


def _drift(link: CalendarLink, written: int) -> str:
    found = (
        f"{link.missing_count} gone, {link.edited_count} changed by hand, "
        f"{link.duplicate_count} there twice, {link.unknown_count} not known"
    )
    return f"{found}; {written} written" if link.drift_count or written else "no drift"


def _health(link: CalendarLink) -> Iterator[str]:
    why = f": {link.state_reason}" if link.state_reason else ""
    since = f", since {_when(link.state_since)}" if link.state_since else ""
    yield f"{link}, {link.account}: {link.get_state_display().lower()}{since}{why}"
    counts: Any = link
    yield (
        f"    last success {_when(link.succeeded_at)}; {counts.waiting_events} waiting, "
        f"{counts.refused_events} refused, {counts.deleted_events} deleted by hand; "
        f"read back {_when(link.reconciled_at)}, {link.drift_count} differed; "
        f"next try {_when(link.retry_at)}"
    )


def _links() -> QuerySet[CalendarLink]:
    return CalendarLink.objects.select_related("resource", "account")


def _chosen(text: str) -> CalendarLink:
    found = [
        link
        for link in _links()
        if text.casefold() in (link.resource.name.casefold(), link.address.casefold())
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{text!r} is not one alone: name the mailbox.")
    raise CommandError(f"There is no calendar of {text!r}; “doorstep calendar list” shows all.")


def _when(at: datetime | None) -> str:
    return f"{at.astimezone(_zone()):%Y-%m-%d %H:%M}" if at else "never"


def _zone() -> ZoneInfo:
    return ZoneInfo(get_company().time_zone)
