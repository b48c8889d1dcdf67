"""The company's own weeks as a scene for the simulation: what was booked, asked for once more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.places.services import load_travel
from doorstep.engine import Request, Route, StopKind, Target
from doorstep.engine.simulation.scene import Customer, Scene, tastes_for
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import day_bounds, local_day

from .models import Booking, ParentStatus
from .problem import load_problem
from .seconds import second
from .timetable import targets_for
from .wish import Wish

# Whoever took a window liked it better than anything that was offered beside it.
_BOOKED_BONUS = 10.0


class NothingToReplay(DomainError):
    code = "nothing_to_replay"
    text = "There are no visits on these days."


def load_scene(*, portal: Portal, first: date, last: date, seed: int = 0) -> Scene:
    """The visits of these days in the order in which they were booked, and the days without them.

    Places, services with durations and skills, working hours, breaks and absences are the
    company's own; canceled visits are left out, and travel is the built-in estimate. What else
    people would have taken nobody wrote down: it is drawn around the time they had, by the seed.
    Raises NothingToReplay.
    """
    zone = ZoneInfo(get_company().time_zone)
    bookings = _bookings(first, last, zone)
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    targets = targets_for(portal, zone, days)
    if not bookings or not targets:
        raise NothingToReplay
    now = day_bounds(first, zone)[0]
    whole = load_problem(wish=_wish(portal, bookings[0]), targets=targets, now=now)
    return Scene(
        resources=whole.resources,
        crews=whole.crews,
        routes=tuple(_emptied(route) for route in whole.routes if first <= route.day <= last),
        targets=tuple(targets),
        customers=_customers(portal, bookings, targets, now, seed),
        travel=load_travel(origins=(), destinations=(), now=now),
        now_s=second(now),
    )


def _bookings(first: date, last: date, zone: ZoneInfo) -> list[Booking]:
    return list(
        Booking.objects.filter(
            promised_from__gte=day_bounds(first, zone)[0],
            promised_from__lt=day_bounds(last, zone)[1],
        )
        .exclude(status__parent=ParentStatus.CANCELED)
        .select_related(
            "status", "work_order__account", "work_order__incident_type", "work_order__asset"
        )
        .order_by("created_at", "pk")
    )


def _wish(portal: Portal, booking: Booking) -> Wish:
    order = booking.work_order
    return Wish(portal, order.account, order.incident_type, order.asset, booking)


def _request(portal: Portal, booking: Booking, now: datetime) -> Request:
    wish = _wish(portal, booking)
    return load_problem(wish=wish, targets=(), now=now, resource_ids=()).request


def _emptied(route: Route) -> Route:
    """What is left of a day without visits and holds: breaks, absences, outside appointments."""
    return replace(route, stops=tuple(stop for stop in route.stops if stop.kind is StopKind.BUSY))


def _customers(
    portal: Portal,
    bookings: Sequence[Booking],
    targets: Sequence[Target],
    now: datetime,
    seed: int,
) -> tuple[Customer, ...]:
    chance = np.random.default_rng(seed)
    favorites = [
        local_day(booking.promised_from, ZoneInfo(booking.time_zone)) for booking in bookings
    ]
    tastes, accepts = tastes_for(chance, targets, favorites)
    follows = chance.random(len(bookings))
    customers = []
    for number, booking in enumerate(bookings):
        had = {
            target.id
            for target in targets
            if target.from_s <= second(booking.arrives_at) <= target.to_s
        }
        customers.append(
            Customer(
                id=booking.pk,
                request=_request(portal, booking, now),
                tastes=tuple(
                    taste + (_BOOKED_BONUS if target.id in had else 0.0)
                    for taste, target in zip(tastes[number], targets, strict=True)
                ),
                accepts=accepts[number] | had,
                follows=float(follows[number]),
            )
        )
    return tuple(customers)
