"""One visit as its technician needs it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from doorstep.domain.bookings.models import (
    Booking,
    BookingNote,
    BookingPhoto,
    BookingStatus,
    ParentStatus,
    StatusTimestamp,
)
from doorstep.domain.bookings.technicians import OVER, earlier_visits
from doorstep.domain.customers.models import Contact
from doorstep.platform.lib.site_time import (
    format_date_and_window,
    format_short_date,
    format_time,
    format_window,
    get_zone,
)
from doorstep.platform.lib.tokens import new_code

from .day import travel_words
from .places import PlaceView, place_of
from .steps import Steps, steps_for
from .words import TONES, state_sentence, status_words


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    who: str
    when: str
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    url: str
    alt: str
    caption: str
    who: str
    is_from_customer: bool


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    text: str
    is_required: bool
    is_done: bool
    done: str
    key: str


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    when: str
    what: str
    who: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class VisitCard:
    """What stands in the box with the next action, on the day and on the visit's own page."""

    code: str
    url: str
    service: str
    customer: str
    status: str
    tone: str
    state: str
    parent: str
    when_label: str
    when: str
    window: str
    travel: str
    since: str
    place: PlaceView
    person: Person | None
    steps: Steps
    is_open: bool
    is_under_way: bool
    is_canceled: bool
    open_items: str


@dataclass(frozen=True, slots=True)
class VisitPage:
    card: VisitCard
    number: str
    date: str
    duration: str
    team: tuple[str, ...]
    description: str
    summary: str
    asset: tuple[str, ...]
    earlier: tuple[EarlierVisit, ...]
    details: tuple[Note, ...]
    notes: tuple[Note, ...]
    customer_photos: tuple[Photo, ...]
    photos: tuple[Photo, ...]
    items: tuple[Item, ...]
    signature: Signature | None
    actual: tuple[str, ...] = field(default=())


def visit_card(
    booking: Booking, statuses: Iterable[BookingStatus], *, user_agent: str
) -> VisitCard:
    """`booking` as `technicians.get_technician_visit` gives it."""
    zone = get_zone(booking.time_zone)
    parent = booking.parent_status
    part = next(iter(booking.assignments.all()), None)
    stamps = list(booking.timestamps.order_by("at", "pk"))
    answers = {answer.item_id for answer in booking.checklist.all()}
    missing = sum(
        item.is_required and item.pk not in answers
        for item in booking.work_order.incident_type.checklist.all()
    )
    has_arrived = booking.arrived_at is not None and parent is not ParentStatus.SCHEDULED
    arrival = booking.arrived_at if has_arrived and booking.arrived_at else booking.arrives_at
    since = ""
    if stamps and parent not in (ParentStatus.SCHEDULED, *OVER):
        since = _("since %(time)s") % {"time": format_time(stamps[-1].at, zone)}
    return VisitCard(
        code=booking.code,
        url=reverse("technician:visit", args=[booking.code]),
        service=booking.work_order.incident_type.name,
        customer=str(booking.work_order.account),
        status=status_words(booking.status),
        tone=TONES.get(parent, ""),
        state=state_sentence(parent),
        parent=parent.value,
        when_label=_("Arrived") if has_arrived else _("Arrival"),
        when=format_time(arrival, zone),
        window=format_window(booking.promised_from, booking.promised_to, zone),
        travel=travel_words(part.travel_minutes) if part and not has_arrived else "",
        since=since,
        place=place_of(booking, user_agent=user_agent),
        person=_person(booking),
        steps=steps_for(booking, booking.status, statuses, before_break=_before_break(stamps)),
        is_open=parent not in OVER,
        is_under_way=parent not in (ParentStatus.SCHEDULED, *OVER),
        is_canceled=parent is ParentStatus.CANCELED,
        open_items=ngettext(
            "%(count)d required item is still open",
            "%(count)d required items are still open",
            missing,
        )
        % {"count": missing}
        if missing
        else "",
    )


def visit_page(
    booking: Booking, statuses: Iterable[BookingStatus], *, user_agent: str
) -> VisitPage:
    zone = get_zone(booking.time_zone)
    order = booking.work_order
    notes = list(booking.notes.select_related("author"))
    photos = list(booking.photos.select_related("author"))
    asset = order.asset
    installed = ""
    if asset and asset.installed_on:
        installed = _("installed %(year)s") % {"year": asset.installed_on.year}
    return VisitPage(
        card=visit_card(booking, statuses, user_agent=user_agent),
        number=booking.number or order.number,
        date=format_date_and_window(
            booking.promised_from, booking.promised_to, zone, with_zone=True
        ),
        duration=_minutes(booking.duration_minutes),
        team=tuple(str(part.resource) for part in booking.assignments.all()),
        description=order.incident_type.description,
        summary=order.summary if order.summary != order.incident_type.name else "",
        asset=tuple(
            text for text in (asset.name, asset.product, asset.serial_number, installed) if text
        )
        if asset
        else (),
        earlier=tuple(_earlier(each) for each in earlier_visits(booking)),
        details=tuple(_note(note, booking) for note in notes if note.is_from_customer),
        notes=tuple(_note(note, booking) for note in notes if not note.is_from_customer),
        customer_photos=tuple(_photo(each, booking) for each in photos if each.is_from_customer),
        photos=tuple(_photo(each, booking) for each in photos if not each.is_from_customer),
        items=_items(booking),
        signature=_signature(booking),
        actual=_actual(booking),
    )


def _before_break(stamps: list[StatusTimestamp]) -> ParentStatus:
    """Where a visit on break goes on: to what it was before."""
    earlier = [ParentStatus(stamp.parent) for stamp in stamps[:-1]]
    return earlier[-1] if earlier and earlier[-1] in (
        ParentStatus.TRAVELING, ParentStatus.IN_PROGRESS
    ) else ParentStatus.IN_PROGRESS  # fmt: skip


def _person(booking: Booking) -> Person | None:
    order = booking.work_order
    contact: Contact | None = (
        booking.booked_by or order.reported_by or order.account.primary_contact
    )
    if contact is None:
        return None
    return Person(str(contact), contact.phone, contact.email)


def _note(note: BookingNote, booking: Booking) -> Note:
    who = _("Customer") if note.is_from_customer else str(note.author or _("Office"))
    return Note(note.text, who, _when(note.created_at, booking), note.is_public)


def _photo(photo: BookingPhoto, booking: Booking) -> Photo:
    who = _("Customer") if photo.is_from_customer else str(photo.author or "")
    when = _when(photo.created_at, booking)
    return Photo(
        url=reverse("technician:picture", args=[booking.code, photo.pk]),
        alt=photo.caption or _("Photo, %(when)s") % {"when": when},
        caption=photo.caption,
        who=_("%(who)s, %(when)s") % {"who": who, "when": when} if who else when,
        is_from_customer=photo.is_from_customer,
    )


def _items(booking: Booking) -> tuple[Item, ...]:
    answers = {
        answer.item_id: answer for answer in booking.checklist.select_related("done_by").all()
    }
    found = []
    for item in booking.work_order.incident_type.checklist.all():
        answer = answers.pop(item.pk, None)
        done = ""
        if answer is not None:
            done = _when(answer.done_at, booking)
            if answer.done_by is not None:
                done = _("%(who)s, %(when)s") % {"who": answer.done_by, "when": done}
        found.append(
            Item(item.pk, item.text, item.is_required, answer is not None, done, new_code())
        )
    return tuple(found)


def _signature(booking: Booking) -> Signature | None:
    signature = getattr(booking, "signature", None)
    if signature is None:
        return None
    url = reverse("technician:signature", args=[booking.code]) if signature.picture else ""
    return Signature(signature.name, _when(signature.signed_at, booking), url)


def _earlier(booking: Booking) -> EarlierVisit:
    zone = get_zone(booking.time_zone)
    done_at = booking.completed_at or booking.ends_at
    return EarlierVisit(
        when=format_short_date(done_at, zone),
        what=booking.work_order.incident_type.name,
        who=", ".join(str(part.resource) for part in booking.assignments.all()),
        notes=tuple(note.text for note in booking.notes.all()),
    )


def _actual(booking: Booking) -> tuple[str, ...]:
    """Actual times in words, as far as they are known."""
    found = []
    if booking.actual_travel_minutes:
        minutes = _minutes(booking.actual_travel_minutes)
        found.append(_("Travel: %(time)s") % {"time": minutes})
    if booking.actual_work_minutes:
        found.append(_("Work: %(time)s") % {"time": _minutes(booking.actual_work_minutes)})
    return tuple(found)


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def _when(instant: datetime, booking: Booking) -> str:
    zone = get_zone(booking.time_zone)
    return _("%(day)s, %(time)s") % {
        "day": format_short_date(instant, zone),
        "time": format_time(instant, zone),
    }
