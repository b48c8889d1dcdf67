"""What stands below a booking: who comes when, what was done, and its changes of status."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import (
    Assignment,
    Booking,
    BookingPhoto,
    BookingSignature,
    ChecklistAnswer,
    JournalEntry,
    StatusTimestamp,
)
from doorstep.domain.work.models import ChecklistItem
from doorstep.platform.lib.site_time import get_zone

from .panels import Cell, Panel
from .times import in_lists


def assignment_panel(booking: Booking, parts: Iterable[Assignment]) -> Panel:
    """Times are those of the place of work."""
    zone = get_zone(booking.time_zone)
    rows: list[list[Cell]] = [
        [
            str(part.resource),
            in_lists(part.starts_at, zone),
            _("%(minutes)s min") % {"minutes": part.travel_minutes},
            in_lists(part.arrives_at, zone),
            in_lists(part.ends_at, zone),
            in_lists(part.planned_starts_at, zone),
        ]
        for part in parts
    ]
    headers = [
        _("Comes"), _("Departure"), _("Travel"), _("Arrival"), _("End"), _("Departure as planned"),
    ]  # fmt: skip
    return Panel(_("Assignments"), headers, rows, empty=_("Nobody is assigned."))


def journal_panel(booking: Booking, entries: Iterable[JournalEntry]) -> Panel:
    """What the time went into, each kind summed up for each who came."""
    zone = get_zone(booking.time_zone)
    rows: list[list[Cell]] = [
        [
            str(entry.resource),
            entry.get_kind_display(),
            in_lists(entry.starts_at, zone),
            in_lists(entry.ends_at, zone),
            _("%(minutes)s min") % {"minutes": _minutes(entry)},
        ]
        for entry in entries
    ]
    headers = [_("Who"), _("What"), _("From"), _("To"), _("Minutes")]
    return Panel(
        _("Journal"),
        headers,
        rows,
        empty=_("Written when the visit is completed."),
        help=_("Work outside the hours of who came is overtime.") if rows else "",
    )


def checklist_panel(items: Iterable[ChecklistItem], answers: Iterable[ChecklistAnswer]) -> Panel:
    """All items there are, and what was ticked before the office removed it."""
    known = list(answers)
    by_item = {answer.item_id: answer for answer in known if answer.item_id}
    rows: list[list[Cell]] = []
    for item in items:
        answer = by_item.get(item.pk)
        label = _("%(item)s (required)") % {"item": item.text} if item.is_required else item.text
        rows.append([label, *_done(answer)])
    rows += [[answer.text, *_done(answer)] for answer in known if answer.item_id is None]
    headers = [_("Item"), _("Done"), _("Who")]
    return Panel(_("Checklist"), headers, rows, empty=_("This service has no checklist."))


def photo_panel(photos: Iterable[BookingPhoto], signature: BookingSignature | None) -> Panel:
    rows: list[list[Cell]] = [
        [
            _picture(str(photo.picture), photo.caption or _("Photo")),
            photo.caption or "–",
            _("Customer") if photo.is_from_customer else str(photo.author or "–"),
            in_lists(photo.created_at),
        ]
        for photo in photos
    ]
    if signature is not None:
        shown = _picture(str(signature.picture), _("Signature")) if signature.picture else "–"
        words = _("Signed by %(name)s") % {"name": signature.name}
        who, when = str(signature.taken_by or "–"), in_lists(signature.signed_at)
        rows.append([shown, words, who, when])
    headers = [_("Picture"), _("What it shows"), _("Who"), _("When")]
    return Panel(_("Photos and signature"), headers, rows, empty=_("None so far."))


def _minutes(entry: JournalEntry) -> int:
    return round((entry.ends_at - entry.starts_at).total_seconds() / 60)


def _done(answer: ChecklistAnswer | None) -> list[Cell]:
    if answer is None:
        return ["–", "–"]
    return [in_lists(answer.done_at), str(answer.done_by or "–")]


def _picture(name: str, alt: str) -> SafeString:
    return format_html(
        '<a href="{0}"><img class="office-thumb" src="{0}" alt="{1}" loading="lazy"></a>',
        reverse("office:picture", args=[name]),
        alt,
    )


def timestamp_panel(timestamps: Iterable[StatusTimestamp]) -> Panel:
    rows: list[list[Cell]] = [
        [
            in_lists(stamp.at),
            str(stamp.status),
            str(stamp.user or "–"),
            stamp.get_source_display(),
            in_lists(stamp.received_at),
        ]
        for stamp in timestamps
    ]
    headers = [_("When"), _("Status"), _("Who"), _("From where"), _("Received later")]
    return Panel(_("Changes of status"), headers, rows, empty=_("None yet."))
