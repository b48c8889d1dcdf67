"""The work order's status follows from its bookings: every row of the table."""

import pytest

from doorstep.domain.bookings.lifecycle import BookingState, derive_system_status, may_change
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.work.models import SystemStatus as S

SCHEDULED = BookingState(P.SCHEDULED)
TRAVELING = BookingState(P.TRAVELING)
IN_PROGRESS = BookingState(P.IN_PROGRESS)
COMPLETED = BookingState(P.COMPLETED)
PARTIAL = BookingState(P.COMPLETED, completes_work_order=False)
CANCELED = BookingState(P.CANCELED)


@pytest.mark.parametrize(
    ("bookings", "expected"),
    [
        ([], S.UNSCHEDULED),
        ([SCHEDULED], S.SCHEDULED),
        ([TRAVELING], S.IN_PROGRESS),
        ([IN_PROGRESS], S.IN_PROGRESS),
        ([BookingState(P.ON_BREAK)], S.IN_PROGRESS),
        ([COMPLETED], S.COMPLETED),
        ([PARTIAL], S.UNSCHEDULED),
        ([CANCELED], S.UNSCHEDULED),
        ([SCHEDULED, SCHEDULED], S.SCHEDULED),
        ([SCHEDULED, IN_PROGRESS], S.IN_PROGRESS),
        ([SCHEDULED, COMPLETED], S.IN_PROGRESS),
        ([SCHEDULED, PARTIAL], S.SCHEDULED),
        ([COMPLETED, COMPLETED], S.COMPLETED),
        ([PARTIAL, PARTIAL], S.UNSCHEDULED),
        ([IN_PROGRESS, PARTIAL], S.IN_PROGRESS),
        ([COMPLETED, PARTIAL], S.COMPLETED),
        ([CANCELED, PARTIAL], S.UNSCHEDULED),
        ([CANCELED, COMPLETED], S.COMPLETED),
        ([CANCELED, SCHEDULED], S.SCHEDULED),
    ],
)
def test_derives_the_work_order_status(bookings: list[BookingState], expected: S) -> None:
    assert derive_system_status(bookings) == expected


def test_a_canceled_booking_stays_canceled() -> None:
    assert not any(may_change(P.CANCELED, new) for new in P if new is not P.CANCELED)


def test_a_completed_booking_can_be_taken_up_again() -> None:
    assert may_change(P.COMPLETED, P.IN_PROGRESS)


def test_a_visit_under_way_cannot_be_scheduled_again_after_work_began() -> None:
    assert not may_change(P.IN_PROGRESS, P.SCHEDULED)
