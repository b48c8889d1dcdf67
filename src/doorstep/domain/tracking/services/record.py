"""Take positions of somebody on the way: checked, in any order, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from doorstep.domain.bookings.models import Booking
from doorstep.domain.resources.models import BookableResource
from doorstep.platform.events.live import announce
from doorstep.platform.values.geo import Coordinates, distance_m

from ..errors import SharingPaused
from ..models import Position, PositionSource, SharingSession, TrackingSettings
from ..reports import Fix, Refusal, Report, check, read
from .estimate import ask_for_estimate, is_estimate_due
from .sharing import open_session

# A phone that was offline for an hour sends no more than this at once.
MOST_REPORTS = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """The visit they belong to, and one refusal per report, None for those taken."""

    booking: Booking
    refusals: tuple[Refusal | None, ...]

    @property
    def taken(self) -> int:
        return sum(1 for refusal in self.refusals if refusal is None)


@transaction.atomic
def record_positions(
    *,
    resource: BookableResource,
    reports: Sequence[Report],
    source: PositionSource,
    now: datetime,
    booking: Booking | None = None,
) -> Recorded:
    """Store what can be believed and move the marker to the newest of it.

    Older reports that arrive late are kept, and move nothing. Reports beyond MOST_REPORTS are
    refused. Raises NoRunningTrip, SharingOff and SharingPaused.
    """
    session, settings = open_session(resource=resource, now=now, booking=booking)
    if session.paused_at is not None:
        raise SharingPaused
    refusals: dict[int, Refusal | None] = dict.fromkeys(range(len(reports)), Refusal.TOO_OFTEN)
    taken: list[Fix] = []
    in_order = sorted(range(len(reports)), key=lambda index: reports[index].at)
    for index in in_order[-MOST_REPORTS:]:
        fix = read(reports[index])
        refusal = fix if isinstance(fix, Refusal) else _take(session, fix, settings, now)
        refusals[index] = refusal
        if isinstance(fix, Fix) and refusal is None:
            taken.append(fix)
    _store(session, taken, source)
    # What was doubted counts too: the next report is compared with it.
    session.save()
    if taken:
        announce([session.booking_id])
        if is_estimate_due(session, settings=settings, now=now):
            ask_for_estimate(session.pk)
    return Recorded(session.booking, tuple(refusals.values()))


def _take(
    session: SharingSession, fix: Fix, settings: TrackingSettings, now: datetime
) -> Refusal | None:
    last, doubted = _last(session), _doubted(session)
    refusal = check(fix, began_at=session.began_at, now=now, last=last, doubted=doubted)
    if refusal is Refusal.JUMP:
        session.doubted_latitude = fix.place.latitude
        session.doubted_longitude = fix.place.longitude
        session.doubted_at = fix.at
    if refusal is not None:
        return refusal
    session.doubted_latitude = session.doubted_longitude = session.doubted_at = None
    _note_start(session, fix, settings)
    if last is None or fix.at > last.at:
        session.latitude, session.longitude = fix.place.latitude, fix.place.longitude
        session.accuracy_metres, session.position_at = fix.accuracy_metres, fix.at
    return None


def _note_start(session: SharingSession, fix: Fix, settings: TrackingSettings) -> None:
    first = session.first_position
    if first is None:
        session.first_latitude, session.first_longitude = fix.place.latitude, fix.place.longitude
        session.has_left = settings.hide_start_metres == 0
    elif distance_m(first, fix.place) - fix.accuracy_metres >= settings.hide_start_metres:
        # For good: who turns back is not hidden again, and need not be.
        session.has_left = True


def _store(session: SharingSession, fixes: Sequence[Fix], source: PositionSource) -> None:
    Position.objects.bulk_create(
        [
            Position(
                session=session,
                at=fix.at,
                latitude=fix.place.latitude,
                longitude=fix.place.longitude,
                accuracy_metres=fix.accuracy_metres,
                source=source,
            )
            for fix in fixes
        ],
        ignore_conflicts=True,
    )


def _last(session: SharingSession) -> Fix | None:
    place, at = session.position, session.position_at
    return Fix(at, place, session.accuracy_metres or 0.0) if place and at else None


def _doubted(session: SharingSession) -> Fix | None:
    latitude, longitude, at = (
        session.doubted_latitude,
        session.doubted_longitude,
        session.doubted_at,
    )
    if latitude is None or longitude is None or at is None:
        return None
    return Fix(at, Coordinates(latitude, longitude))
