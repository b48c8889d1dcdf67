"""Search: which windows can honestly be promised for a wish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from doorstep.domain.work.selectors import preference_changes
from doorstep.engine import Offer, Rule, find_offers
from doorstep.engine.labels import Label

from ..advice import NO_ADVICE, Advice, Weighed, advice_for, weigh
from ..days import Apart
from ..estimates import rests_on_estimates
from ..models import Hold
from ..problem import load_problem
from ..timetable import Promise, bookable_range, targets_for
from ..wish import Wish, check_bookable, place_of, zone_of

DEFAULT_DAYS = 14
_CHUNK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Window:
    """One bookable window (or exact time, when both ends are equal) with the plan behind it.

    `is_estimated`: the way to or from the visit is a guess, no road was looked at. `advice` is
    for the page; any window can be booked.
    """

    promised_from: datetime
    promised_to: datetime
    name: str
    plan: Offer
    is_estimated: bool = False
    advice: Advice = NO_ADVICE

    @property
    def label(self) -> Label | None:
        """What can be said of it beside its hours."""
        return self.advice.label

    @property
    def key(self) -> str:
        return Promise(self.promised_from, self.promised_to).key

    @property
    def arrives_at(self) -> datetime:
        return datetime.fromtimestamp(self.plan.arrives_s, UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromtimestamp(self.plan.ends_s, UTC)

    @property
    def added_travel_s(self) -> int:
        return self.plan.added_travel_s


@dataclass(frozen=True, slots=True)
class OfferDay:
    """A day at the place of work; outside the lead time it is not bookable and has no windows."""

    day: date
    is_bookable: bool
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class OfferList:
    """Days in order. `removed` counts per day how many candidates each rule took out."""

    zone: ZoneInfo
    first_day: date
    last_day: date
    days: tuple[OfferDay, ...]
    removed: Mapping[date, Mapping[Rule, int]]

    @property
    def first(self) -> Window | None:
        return next((window for day in self.days for window in day.windows), None)

    @property
    def windows(self) -> tuple[Window, ...]:
        return tuple(window for day in self.days for window in day.windows)


def bookable_days(wish: Wish, *, now: datetime) -> tuple[date, date]:
    """First and last bookable day at the place of work, both included."""
    return bookable_range(wish.portal, zone_of(wish), now)


def search_offers(
    *, wish: Wish, now: datetime, from_day: date | None = None, days: int = DEFAULT_DAYS
) -> OfferList:
    """The windows that can be kept on `days` days from `from_day` (default: the first bookable).

    Raises NotBookable, or NoPlace when nobody knows where the work is.
    """
    check_bookable(wish)
    zone = zone_of(wish)
    first, last = bookable_range(wish.portal, zone, now)
    start = first if from_day is None else from_day
    shown = [start + timedelta(days=offset) for offset in range(max(days, 0))]
    apart = apart_of(wish)
    found: list[tuple[Weighed, bool]] = []
    removed: dict[date, Mapping[Rule, int]] = {}
    for stretch in _stretches(wish, [day for day in shown if first <= day <= last]):
        targets = targets_for(wish.portal, zone, stretch)
        problem = load_problem(wish=wish, targets=targets, now=now, apart=apart)
        route_of = {route.id: route for route in problem.routes}.__getitem__
        result = find_offers(problem)
        removed |= result.removed
        found += [
            (
                weigh(offer, route_of, problem.travel),
                rests_on_estimates(offer, route_of, problem.travel),
            )
            for offer in result.best
        ]
    windows: dict[date, list[Window]] = {day: [] for day in shown}
    advice = advice_for(
        wish.portal, [weighed for weighed, _guess in found], holds_first=start <= first
    )
    for weighed, is_estimated in found:
        target, promise = weighed.offer.target, Promise.of(weighed.offer.target)
        windows[target.day].append(
            Window(
                promise.from_at,
                promise.to_at,
                target.name,
                weighed.offer,
                is_estimated,
                advice[target],
            )
        )
    return OfferList(
        zone=zone,
        first_day=first,
        last_day=last,
        days=tuple(OfferDay(day, first <= day <= last, tuple(windows[day])) for day in shown),
        removed=removed,
    )


def _stretches(wish: Wish, days: Sequence[date]) -> Iterator[list[date]]:
    """Days on which the same preferences hold; usually one stretch."""
    changes = preference_changes(
        account=wish.account,
        incident_type=wish.incident_type,
        work_order=wish.booking.work_order if wish.booking else None,
    )
    stretch: list[date] = []
    for day in days:
        if stretch and day in changes:
            yield stretch
            stretch = []
        stretch.append(day)
    if stretch:
        yield stretch


def find_first(*, wish: Wish, now: datetime) -> Window | None:
    """The next available window within the whole lead time."""
    first, last = bookable_days(wish, now=now)
    day = first
    while day <= last:
        count = min(_CHUNK_DAYS, (last - day).days + 1)
        found = search_offers(wish=wish, now=now, from_day=day, days=count).first
        if found is not None:
            return found
        day += timedelta(days=count)
    return None


def apart_of(wish: Wish) -> Apart:
    """The visit to be moved and what the asking contact holds already: both count as free."""
    holds: frozenset[int] = frozenset()
    if wish.contact is not None:
        holds = frozenset(Hold.objects.filter(contact=wish.contact).values_list("pk", flat=True))
    bookings = frozenset() if wish.booking is None else frozenset({wish.booking.pk})
    return Apart(bookings, holds)


__all__ = [
    "OfferDay",
    "OfferList",
    "Window",
    "Wish",
    "apart_of",
    "bookable_days",
    "find_first",
    "place_of",
    "search_offers",
    "zone_of",
]
