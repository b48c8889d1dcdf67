"""The rest of somebody's day: when is who reached as things stand, and which promise is at risk.

Looked at after each change of status, each arrival estimate, and every few minutes while a visit
overruns. Only what is under way says something about the visits after it: nobody is told of a
delay because somebody forgot to press a button.
"""

from datetime import datetime, timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from doorstep.domain.bookings.days import ONE_DAY, planned_days
from doorstep.domain.bookings.models import Assignment, Booking, ParentStatus
from doorstep.domain.bookings.people import load_workers
from doorstep.domain.bookings.seconds import instant, second
from doorstep.domain.organization.selectors import get_company
from doorstep.engine import Route
from doorstep.engine.outlook import Expected, expected_arrivals
from doorstep.platform.audit.services import SYSTEM, Actor, record
from doorstep.platform.events.events import publish
from doorstep.platform.events.live import announce
from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.site_time import get_zone, local_day

from ..events import ArrivalDelayed
from ..models import ArrivalEstimate, Delay, DelayAnswer, TrackingSettings
from ..selectors import get_tracking_settings
from .estimate import QUEUE

LOOK_AHEAD = "doorstep.tracking.look_ahead"
UNDER_WAY = (ParentStatus.TRAVELING, ParentStatus.IN_PROGRESS, ParentStatus.ON_BREAK)
# Work that has taken its time already is taken to need a little more.
AT_LEAST = timedelta(minutes=5)
# A day that should have ended longer ago was not closed; nobody is on the way any more.
LONGEST_OVERRUN_S = 4 * 3600
# Later visits of the day: the further away, the less certain.
SPREAD = 0.1
LEAST_SPREAD = timedelta(minutes=5)


def ask_to_look_ahead(resource_id: int) -> bool:
    """Defer a look at the rest of the resource's day; False when one is waiting already."""
    job = app.configure_task(LOOK_AHEAD, queue=QUEUE, queueing_lock=f"look-ahead:{resource_id}")
    try:
        with transaction.atomic():
            job.defer(resource_id=resource_id)
    except AlreadyEnqueued:
        return False
    return True


def busy_resources() -> list[int]:
    """Whoever has a visit under way."""
    parts = Assignment.objects.filter(booking__status__parent__in=UNDER_WAY)
    return list(parts.order_by("resource").values_list("resource", flat=True).distinct())


def look_ahead(*, resource_id: int, now: datetime) -> list[Delay]:
    """Estimate every visit that follows the one under way, and note promises at risk.

    Returns the delays that are news.
    """
    settings = get_tracking_settings()
    noted: list[Delay] = []
    for route in _routes(resource_id, now):
        parts = {
            part.pk: part
            for part in Assignment.objects.filter(
                pk__in=[stop.id for stop in route.stops], booking__isnull=False
            ).select_related("booking__status", "booking__work_order", "resource")
        }
        for part, expected in _expectations(route, parts, now):
            noted += _note(part, expected, settings, now)
    return noted


def _routes(resource_id: int, now: datetime) -> list[Route]:
    """The resource's working day of this moment, lane by lane."""
    company = get_company()
    today = local_day(now, get_zone(company.time_zone))
    workers = load_workers(
        from_day=today - ONE_DAY,
        to_day=today + ONE_DAY,
        company=company,
        resource_ids=[resource_id],
    )
    routes = planned_days(list(workers.values()), today, today, legs=None)
    at = second(now)
    return [route for route in routes if route.from_s <= at <= route.to_s + LONGEST_OVERRUN_S]


def _expectations(
    route: Route, parts: dict[int, Assignment], now: datetime
) -> list[tuple[Assignment, Expected]]:
    """The visit somebody travels to now, and every scheduled one behind it."""
    under_way = [
        index
        for index, stop in enumerate(route.stops)
        if stop.id in parts and _parent(parts[stop.id]) in UNDER_WAY
    ]
    if not under_way:
        return []
    current = parts[route.stops[under_way[-1]].id]
    arrives_at, over_at = _end_of(current, now)
    found = []
    if _parent(current) is ParentStatus.TRAVELING:
        found.append((current, Expected(current.pk, second(arrives_at), second(over_at))))
    behind = route.stops[under_way[-1] + 1 :]
    for expected in expected_arrivals(behind, free_s=second(over_at)):
        part = parts.get(expected.stop_id)
        if part is not None and _parent(part) is ParentStatus.SCHEDULED:
            found.append((part, expected))
    return found


def _end_of(part: Assignment, now: datetime) -> tuple[datetime, datetime]:
    """Arrival and end of the visit under way, as things stand."""
    booking = _booking(part)
    work = timedelta(minutes=booking.duration_minutes)
    if _parent(part) is ParentStatus.TRAVELING:
        estimate = ArrivalEstimate.objects.filter(
            booking=booking, resource=part.resource_id, latitude__isnull=False
        ).first()
        arrives_at = max(estimate.arrives_at if estimate else part.arrives_at, now)
        return arrives_at, arrives_at + work
    return part.arrives_at, max(part.ends_at, now + AT_LEAST)


def _note(
    part: Assignment, expected: Expected, settings: TrackingSettings, now: datetime
) -> list[Delay]:
    arrives_at = instant(expected.arrives_s)
    if _parent(part) is ParentStatus.SCHEDULED:
        _keep_estimate(part, arrives_at, now)
    with transaction.atomic():
        booking = (
            Booking.objects.select_for_update(of=("self",), no_key=True)
            .select_related("status")
            .get(pk=_booking(part).pk)
        )
        if booking.parent_status is not _parent(part):
            # It has moved on meanwhile; whoever moved it asks for another look.
            return []
        return _tell(booking, arrives_at, settings, now)


def _tell(
    booking: Booking, arrives_at: datetime, settings: TrackingSettings, now: datetime
) -> list[Delay]:
    """Note what is news: late by more than the company's minutes, changed by so many since it was
    told, or on time after all."""
    require_transaction()
    enough = timedelta(minutes=settings.late_minutes)
    last = last_delay(booking)
    is_late = arrives_at >= booking.promised_to + enough
    if last is None or not last.is_late:
        is_news = is_late
    elif arrives_at <= booking.promised_to:
        is_news = True
    else:
        is_news = abs(arrives_at - last.expected_at) >= enough
    if not is_news:
        return []
    delay = Delay.objects.create(
        booking=booking,
        noticed_at=now,
        expected_at=arrives_at,
        promised_from=booking.promised_from,
        promised_to=booking.promised_to,
    )
    booking.expected_late_at = arrives_at if delay.is_late else None
    booking.save(update_fields=["expected_late_at"])
    record(
        actor=SYSTEM,
        action="expected late" if delay.is_late else "expected on time",
        obj=booking,
        data={"arrival": arrives_at.isoformat()},
    )
    publish(ArrivalDelayed(booking.pk, delay.pk))
    announce([booking.pk])
    return [delay]


def last_delay(booking: Booking) -> Delay | None:
    """The newest word on this promise; what was said of an earlier one does not count."""
    return Delay.objects.filter(
        booking=booking, promised_from=booking.promised_from, promised_to=booking.promised_to
    ).first()


@transaction.atomic
def keep_visit(*, delay: Delay, actor: Actor, now: datetime) -> Delay:
    """The customer would rather wait. Said twice it is said once."""
    if not delay.answer:
        delay.answer, delay.answered_at = DelayAnswer.KEEP, now
        delay.save(update_fields=["answer", "answered_at"])
        record(actor=actor, action="kept the visit", obj=delay.booking)
    return delay


def _keep_estimate(part: Assignment, arrives_at: datetime, now: datetime) -> None:
    spread = max((arrives_at - now) * SPREAD, LEAST_SPREAD)
    ArrivalEstimate.objects.update_or_create(
        booking=_booking(part),
        resource=part.resource,
        defaults={
            "made_at": now,
            "arrives_at": arrives_at,
            "earliest_at": arrives_at - spread,
            "latest_at": arrives_at + spread,
            "latitude": None,
            "longitude": None,
            "metres": None,
            "path": [],
            "source": "day",
            "has_traffic": False,
            "is_estimated": True,
        },
    )


def _booking(part: Assignment) -> Booking:
    assert part.booking is not None
    return part.booking


def _parent(part: Assignment) -> ParentStatus:
    return _booking(part).parent_status
