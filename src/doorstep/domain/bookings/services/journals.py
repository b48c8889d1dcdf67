"""Write the journals of a completed visit, one set for each who came (product reference 6.5)."""

from collections.abc import Sequence
from datetime import timedelta

from doorstep.domain.resources.working_hours import shift_hours

from ..journal import Stamp, journal_of
from ..models import Booking, JournalEntry

_ONE_DAY = timedelta(days=1)


def write_journal(booking: Booking, stamps: Sequence[Stamp]) -> list[JournalEntry]:
    """From its changes of status, in their order, and the hours of its resources."""
    if len(stamps) < 2:
        return []
    # The first is when it was booked. Local days differ by one from the day in UTC, and a night
    # shift began the day before.
    first, last = stamps[1].at.date() - 2 * _ONE_DAY, stamps[-1].at.date() + _ONE_DAY
    rows = [
        JournalEntry(
            booking=booking,
            resource=part.resource,
            kind=entry.kind,
            starts_at=entry.during.start,
            ends_at=entry.during.end,
        )
        for part in booking.assignments.select_related("resource__organizational_unit")
        for entry in journal_of(stamps, shift_hours(part.resource, from_day=first, to_day=last))
    ]
    return JournalEntry.objects.bulk_create(rows)
