"""Write bookings with their history: statuses, notes, and what follows for the work orders."""

import datetime as dt
from base64 import urlsafe_b64encode
from random import Random

from doorstep.domain.bookings.lifecycle import BookingState, derive_system_status
from doorstep.domain.bookings.models import (
    Booking,
    BookingMethod,
    BookingNote,
    BookingStatus,
    ParentStatus,
    StatusTimestamp,
)
from doorstep.domain.work.models import Requirement, RequirementStatus, WorkOrder
from doorstep.platform.audit.models import LogEntry, Source
from doorstep.platform.identity.models import User
from doorstep.platform.lib.tokens import CROCKFORD

from .catalog import BOILER_REPAIR, COLD_REPAIR, LAUNDRY_REPAIR, OVEN_REPAIR
from .organization import PARTLY_DONE, RUNNING_LATE
from .places import TIME_ZONE
from .records import any_letters, instant, set_created
from .timing import History
from .visits import Outcome, Visit

_BATCH = 1000
_NUMBER_LETTERS, _CODE_BYTES = 6, 16
_WITH_NOTE = 0.3
_REASONS = (
    "I have to work that day.", "It works again.", "We are away after all.",
    "Found somebody sooner.", "The tenant cannot be at home.", "I chose the wrong appliance.",
)  # fmt: skip
_NOTES = {
    BOILER_REPAIR.name: (
        "Display shows F28 and it clicks three times.", "No hot water since last night.",
        "Pressure drops every morning.", "We have a baby at home, please come early if you can.",
    ),
    LAUNDRY_REPAIR.name: (
        "It dances across the kitchen when it spins.", "Water stays in the drum.",
        "Burning smell when drying.",
    ),
    COLD_REPAIR.name: ("Ice at the back wall, warm in front.", "Humming all night."),
    OVEN_REPAIR.name: ("Fan is loud and the top element stays dark.", "Trips the fuse."),
}  # fmt: skip
_OTHER_NOTES = (
    "Please ring my mobile, the doorbell is hard to hear.", "The cat must not get out.",
    "Parking permit lies in the hall.", "My neighbor at number 9 has the key.",
)  # fmt: skip
_PART_NOTES = ("Pump worn out, part ordered.", "Needs a new control board; on order.",
               "Seal kit missing in the van, coming back.")  # fmt: skip


class Chronicle:
    """Writes bookings and what happened to them."""

    def __init__(self, users: dict[str, User], dispatcher: User) -> None:
        self._users = users
        self._dispatcher = dispatcher
        self._statuses = {status.name: status for status in BookingStatus.objects.all()}
        self._defaults = {
            ParentStatus(status.parent): status
            for status in self._statuses.values()
            if status.is_default
        }
        self._numbers: set[str] = set()

    def write_bookings(
        self, work_orders: dict[Visit, WorkOrder], histories: dict[Visit, History]
    ) -> dict[Visit, Booking]:
        """The bookings with their status timestamps and notes."""
        bookings = {
            visit: self._booking(visit, work_order, histories[visit])
            for visit, work_order in work_orders.items()
        }
        Booking.objects.bulk_create(bookings.values(), batch_size=_BATCH)
        set_created(bookings.values(), [histories[visit].created_at for visit in bookings])
        stamps = [
            stamp
            for visit, booking in bookings.items()
            for stamp in self._stamps(visit, booking, histories[visit])
        ]
        StatusTimestamp.objects.bulk_create(stamps, batch_size=_BATCH)
        notes = [
            note
            for visit, booking in bookings.items()
            for note in self._notes(visit, booking, histories[visit])
        ]
        # The time is set after writing, so it is fetched before.
        times = [note.created_at for note in notes]
        BookingNote.objects.bulk_create(notes, batch_size=_BATCH)
        set_created(notes, times)
        return bookings

    def write_history(
        self, bookings: dict[Visit, Booking], histories: dict[Visit, History]
    ) -> None:
        """Who created, confirmed and canceled what."""
        entries: list[LogEntry] = []
        for visit, booking in bookings.items():
            history = histories[visit]
            at = history.created_at
            if visit.first is None:
                data: dict[str, object] = {"incident_type": visit.kind.name}
                entries.append(self._entry(visit, "created", booking.work_order, at, data))
            data = {
                "promised_from": booking.promised_from.isoformat(),
                "promised_to": booking.promised_to.isoformat(),
                "resources": [part.resource.pk for part in visit.parts],
            }
            action = "confirmed" if visit.portal else "created"
            entries.append(self._entry(visit, action, booking, at, data))
            if visit.outcome is Outcome.CANCELED:
                data = {"reason": booking.cancel_reason}
                entries.append(self._entry(visit, "canceled", booking, history.since, data))
        LogEntry.objects.bulk_create(entries, batch_size=_BATCH)

    def settle(
        self,
        bookings: dict[Visit, Booking],
        requirements: dict[Visit, list[Requirement]],
        histories: dict[Visit, History],
    ) -> None:
        """Bring work orders and requirements in line with what became of the visits."""
        states: dict[int, list[BookingState]] = {}
        work_orders: dict[int, WorkOrder] = {}
        for visit, booking in bookings.items():
            work_order = booking.work_order
            work_orders[work_order.pk] = work_order
            states.setdefault(work_order.pk, []).append(
                BookingState(booking.parent_status, booking.status.completes_work_order)
            )
            is_done = (
                booking.parent_status is ParentStatus.COMPLETED
                and booking.status.completes_work_order
            )
            for requirement in requirements[visit]:
                if is_done:
                    requirement.status = RequirementStatus.COMPLETED
        for pk, work_order in work_orders.items():
            work_order.system_status = derive_system_status(states[pk])
        WorkOrder.objects.bulk_update(work_orders.values(), ["system_status"], batch_size=_BATCH)
        done = [
            row
            for rows in requirements.values()
            for row in rows
            if row.status == RequirementStatus.COMPLETED
        ]
        Requirement.objects.filter(pk__in=[row.pk for row in done]).update(
            status=RequirementStatus.COMPLETED
        )
        first = [visit for visit in bookings if visit.first is None]
        set_created(
            [bookings[visit].work_order for visit in first],
            [histories[visit].created_at for visit in first],
        )

    # --- Rows ----------------------------------------------------------------------------------

    def _booking(self, visit: Visit, work_order: WorkOrder, history: History) -> Booking:
        is_online = visit.portal is not None
        is_canceled = visit.outcome is Outcome.CANCELED
        completed = history.parent is ParentStatus.COMPLETED
        return Booking(
            code=urlsafe_b64encode(visit.chance.randbytes(_CODE_BYTES)).rstrip(b"=").decode(),
            number=self._number(visit.chance) if is_online else None,
            work_order=work_order,
            status=self._status(visit, history),
            method=BookingMethod.PORTAL if is_online else BookingMethod.OFFICE,
            booked_by=visit.contact if is_online else None,
            promised_from=instant(visit.promised_s[0]),
            promised_to=instant(visit.promised_s[1]),
            promised_at=history.created_at,
            starts_at=instant(min(times[0] for times in visit.times)),
            arrives_at=instant(visit.arrives_s),
            ends_at=instant(visit.ends_s),
            duration_minutes=visit.kind.minutes,
            time_zone=TIME_ZONE,
            version=len(history.steps),
            cancel_reason=visit.chance.choice(_REASONS) if is_canceled else "",
            canceled_at=history.since if is_canceled else None,
            completed_at=history.since if completed else None,
        )

    def _status(self, visit: Visit, history: History) -> BookingStatus:
        if history.parent is ParentStatus.COMPLETED and visit.outcome is Outcome.PARTLY_DONE:
            return self._statuses[PARTLY_DONE]
        if history.parent is ParentStatus.TRAVELING and history.is_late:
            return self._statuses[RUNNING_LATE]
        return self._defaults[history.parent]

    def _stamps(self, visit: Visit, booking: Booking, history: History) -> list[StatusTimestamp]:
        stamps = []
        for position, (parent, at) in enumerate(history.steps):
            is_last = position == len(history.steps) - 1
            on_the_way = parent not in (ParentStatus.SCHEDULED, ParentStatus.CANCELED)
            source, user = self._booker(visit)
            if on_the_way:
                source, user = Source.TECHNICIAN, self._users.get(visit.parts[0].resource.email)
            stamps.append(
                StatusTimestamp(
                    booking=booking,
                    status=booking.status if is_last else self._defaults[parent],
                    parent=parent,
                    at=at,
                    source=source,
                    user=user,
                )
            )
        return stamps

    def _notes(self, visit: Visit, booking: Booking, history: History) -> list[BookingNote]:
        texts = list(visit.notes)
        is_talkative = visit.chance.random() < _WITH_NOTE
        text = visit.chance.choice(_NOTES.get(visit.kind.name, _OTHER_NOTES))
        if visit.portal is not None and is_talkative and not texts:
            texts.append(text)
        _source, user = self._booker(visit)
        notes = [_note(booking, each, user, history.created_at, True) for each in texts]
        if visit.outcome is Outcome.PARTLY_DONE:
            technician = self._users.get(visit.parts[0].resource.email)
            text = visit.chance.choice(_PART_NOTES)
            notes.append(_note(booking, text, technician, history.since, False))
        elif booking.cancel_reason:
            is_online = visit.portal is not None
            notes.append(_note(booking, booking.cancel_reason, user, history.since, is_online))
        return notes

    def _entry(
        self,
        visit: Visit,
        action: str,
        obj: Booking | WorkOrder,
        at: dt.datetime,
        data: dict[str, object],
    ) -> LogEntry:
        source, user = self._booker(visit)
        return LogEntry(
            at=at,
            actor=user,
            actor_label=str(user or visit.contact),
            source=source,
            action=action,
            object_type=obj._meta.label_lower,
            object_id=obj.pk,
            object_label=str(obj),
            data=data,
        )

    def _booker(self, visit: Visit) -> tuple[Source, User | None]:
        if visit.portal is None:
            return Source.OFFICE, self._dispatcher
        return Source.PORTAL, visit.contact.user

    def _number(self, rng: Random) -> str:
        while True:
            number = f"V-{any_letters(rng, CROCKFORD, _NUMBER_LETTERS)}"
            if number not in self._numbers:
                self._numbers.add(number)
                return number


def _note(
    booking: Booking, text: str, author: User | None, at: dt.datetime, from_customer: bool
) -> BookingNote:
    return BookingNote(
        booking=booking,
        text=text,
        author=author,
        is_from_customer=from_customer,
        created_at=at,
    )
