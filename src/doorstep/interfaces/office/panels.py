"""What stands below a work order or a booking, as plain data for its template."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Booking, BookingNote
from doorstep.domain.work.models import Requirement
from doorstep.platform.audit.models import LogEntry

from .history_words import words_of
from .times import in_lists, short_promise

Cell = str | SafeString


@dataclass(frozen=True, slots=True)
class Panel:
    """A table with a heading, or a sentence when it is empty."""

    title: str
    headers: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    empty: str = ""
    help: str = ""


def requirement_panel(requirements: Iterable[Requirement]) -> Panel:
    rows: list[list[Cell]] = [
        [
            requirement.name or _("One visit"),
            _needs(requirement),
            _who(requirement),
            _("%(minutes)s min") % {"minutes": requirement.duration_minutes},
            requirement.get_status_display(),
        ]
        for requirement in requirements
    ]
    headers = [_("Role"), _("Needs"), _("Who"), _("Duration"), _("Status")]
    return Panel(_("Requirements"), headers, rows, empty=_("No requirement."))


def booking_panel(bookings: Iterable[Booking], link: Any) -> Panel:
    """`link(row, text)` makes a link to the row's page."""
    rows: list[list[Cell]] = [
        [
            link(booking, short_promise(booking.promised_from, booking.promised_to,
                                        booking.time_zone)),
            str(booking.status),
            ", ".join(str(part.resource) for part in booking.assignments.all()) or "–",
            booking.number or "–",
            booking.get_method_display(),
        ]
        for booking in bookings
    ]  # fmt: skip
    headers = [_("Promised"), _("Status"), _("Comes"), _("Number"), _("Booked by way of")]
    return Panel(_("Bookings"), headers, rows, empty=_("Nothing is booked yet."))


def note_panel(notes: Iterable[BookingNote]) -> Panel:
    rows: list[list[Cell]] = [
        [
            in_lists(note.created_at),
            _("Customer") if note.is_from_customer else str(note.author or "–"),
            note.text,
            _("yes") if note.is_public or note.is_from_customer else _("no"),
        ]
        for note in notes
    ]
    headers = [_("When"), _("Who"), _("Text"), _("The customer reads it")]
    return Panel(_("Notes"), headers, rows, empty=_("No notes."))


def history_panel(entries: Iterable[LogEntry]) -> Panel:
    rows: list[list[Cell]] = [
        [
            in_lists(entry.at),
            entry.actor_label,
            entry.get_source_display(),
            f"{entry.action}: {entry.object_label}",
            words_of(entry),
        ]
        for entry in entries
    ]
    headers = [_("When"), _("Who"), _("From where"), _("What"), _("Details")]
    return Panel(_("History"), headers, rows, empty=_("Nothing has happened yet."))


def _needs(requirement: Requirement) -> str:
    parts = [
        f"{need.characteristic} ≥ {need.minimum_rating}"
        if need.minimum_rating is not None
        else str(need.characteristic)
        for need in requirement.needs.all()
    ]
    return ", ".join(parts) or "–"


def _who(requirement: Requirement) -> str:
    if requirement.crew_size:
        return _("Crew of at least %(size)s") % {"size": requirement.crew_size}
    return requirement.get_resource_kind_display()
