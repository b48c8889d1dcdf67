"""What technicians did where they were: actual times, ticked items, notes, journals."""

import datetime as dt
from random import Random

from doorstep.domain.bookings.journal import Stamp, journal_of, minutes_in
from doorstep.domain.bookings.models import (
    Booking,
    BookingNote,
    BookingSignature,
    ChecklistAnswer,
    JournalEntry,
    ParentStatus,
)
from doorstep.domain.resources.working_hours import shift_hours
from doorstep.domain.work.models import ChecklistItem, WorkOrder
from doorstep.platform.identity.models import User
from doorstep.platform.values.intervals import Interval

from .catalog import BOILER_REPAIR, BOILER_SERVICE, COLD_REPAIR, LAUNDRY_REPAIR, OVEN_REPAIR
from .timing import History
from .visits import Visit

P = ParentStatus
_BATCH = 1000
_WITH_PUBLIC_NOTE, _WITH_INTERNAL_NOTE, _SIGNED = 0.6, 0.25, 0.5
_DONE = {
    BOILER_SERVICE.name: (
        "Burner and heat exchanger cleaned, pressure set to 1.4 bar. Everything is in order.",
        "Serviced and tested. The expansion vessel should be looked at again next year.",
    ),
    BOILER_REPAIR.name: (
        "Ignition electrode replaced; it starts at the first try again.",
        "Pressure sensor replaced and the system filled up.",
    ),
    LAUNDRY_REPAIR.name: ("Drain pump replaced, filter cleaned.", "New door seal fitted."),
    COLD_REPAIR.name: ("Door seal and thermostat replaced. Please wait a day before filling it.",),
    OVEN_REPAIR.name: ("Top element replaced and tested.",),
}
_OTHERWISE_DONE = ("All done and tested. Thank you for having us.",)
_INTERNAL = (
    "No parking before ten, use the side street.", "Ladder needed for the next visit.",
    "Stopcock is stiff, take penetrating oil.", "Part was the last one in the van.",
)  # fmt: skip


def write_on_site(
    bookings: dict[Visit, Booking],
    histories: dict[Visit, History],
    items: dict[int, list[ChecklistItem]],
    users: dict[str, User],
) -> None:
    """For every visit that has begun, what its technician's page would have left behind."""
    begun = {
        visit: booking
        for visit, booking in bookings.items()
        if histories[visit].parent not in (P.SCHEDULED, P.CANCELED)
    }
    answers: list[ChecklistAnswer] = []
    notes: list[BookingNote] = []
    signatures: list[BookingSignature] = []
    arrivals: dict[int, dt.datetime] = {}
    for visit, booking in begun.items():
        history = histories[visit]
        steps = dict(history.steps)
        booking.traveling_at = steps.get(P.TRAVELING)
        booking.arrived_at = steps.get(P.IN_PROGRESS)
        stamps = [Stamp(parent, at) for parent, at in history.steps]
        booking.actual_travel_minutes = minutes_in(stamps, P.TRAVELING)
        booking.actual_work_minutes = minutes_in(stamps, P.IN_PROGRESS)
        if booking.arrived_at is not None:
            first = arrivals.get(booking.work_order_id, booking.arrived_at)
            arrivals[booking.work_order_id] = min(first, booking.arrived_at)
        if history.parent is not P.COMPLETED:
            continue
        # A chance of its own, so that the plan stays as it is.
        rng = Random(f"on site {booking.code}")  # noqa: S311 (not for secrets)
        technician = users.get(visit.parts[0].resource.email)
        answers += [
            ChecklistAnswer(
                booking=booking, item=item, text=item.text, done_by=technician,
                done_at=history.since,
            )
            for item in items.get(booking.work_order.incident_type_id, ())
        ]  # fmt: skip
        notes += _notes(visit, booking, history, technician, rng)
        if rng.random() < _SIGNED:
            signatures.append(
                BookingSignature(
                    booking=booking, name=str(visit.contact), taken_by=technician,
                    signed_at=history.since,
                )
            )  # fmt: skip
    Booking.objects.bulk_update(
        begun.values(),
        ["traveling_at", "arrived_at", "actual_travel_minutes", "actual_work_minutes"],
        batch_size=_BATCH,
    )
    orders = [
        WorkOrder(pk=pk, first_arrived_at=first_arrived_at)
        for pk, first_arrived_at in arrivals.items()
    ]
    WorkOrder.objects.bulk_update(orders, ["first_arrived_at"], batch_size=_BATCH)
    ChecklistAnswer.objects.bulk_create(answers, batch_size=_BATCH)
    BookingNote.objects.bulk_create(notes, batch_size=_BATCH)
    BookingSignature.objects.bulk_create(signatures, batch_size=_BATCH)
    _write_journals(begun, histories)


def _notes(
    visit: Visit, booking: Booking, history: History, technician: User | None, rng: Random
) -> list[BookingNote]:
    found = []
    if rng.random() < _WITH_PUBLIC_NOTE and booking.status.completes_work_order:
        text = rng.choice(_DONE.get(visit.kind.name, _OTHERWISE_DONE))
        found.append((text, True))
    if rng.random() < _WITH_INTERNAL_NOTE:
        found.append((rng.choice(_INTERNAL), False))
    return [
        BookingNote(
            booking=booking,
            text=text,
            author=technician,
            is_public=is_public,
            created_at=history.since,
        )
        for text, is_public in found
    ]


def _write_journals(begun: dict[Visit, Booking], histories: dict[Visit, History]) -> None:
    done = {
        visit: booking for visit, booking in begun.items() if histories[visit].parent is P.COMPLETED
    }
    if not done:
        return
    one_day = dt.timedelta(days=1)
    first = min(visit.day for visit in done) - one_day
    last = max(visit.day for visit in done) + one_day
    hours: dict[int, list[Interval[dt.datetime]]] = {}
    rows: list[JournalEntry] = []
    for visit, booking in done.items():
        stamps = [Stamp(parent, at) for parent, at in histories[visit].steps]
        for part in visit.parts:
            key = part.resource.pk
            if key not in hours:
                hours[key] = shift_hours(part.resource, from_day=first, to_day=last)
            own = [
                each for each in hours[key]
                if each.start < stamps[-1].at and each.end > stamps[1].at
            ]  # fmt: skip
            rows += [
                JournalEntry(
                    booking=booking,
                    resource=part.resource,
                    kind=entry.kind,
                    starts_at=entry.during.start,
                    ends_at=entry.during.end,
                )
                for entry in journal_of(stamps, own)
            ]
    JournalEntry.objects.bulk_create(rows, batch_size=_BATCH)
