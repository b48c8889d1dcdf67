"""Search: which windows can honestly be promised for a wish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from doorstep.domain.organization.models import Portal
from doorstep.domain.work.selectors import DatedPreference, preference_changes
from doorstep.engine import Offer, Rule, Target
from doorstep.engine.labels import Label
from doorstep.engine.result import Opening

from ..advice import Advice, advice_for
from ..seconds import instant
from ..snapshot import Found, Planning, open_planning
from ..timetable import Promise, bookable_range, targets_for
from ..wish import Wish, check_bookable, place_of, zone_of

DEFAULT_DAYS = 14
_CHUNK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Window:
    """One bookable window (or exact time, when both ends are equal) with the plan behind it."""

    opening: Opening
    found: Found
    advices: "Advices"

    @property
    def promised_from(self) -> datetime:
        return instant(self.opening.target.from_s)

    @property
    def promised_to(self) -> datetime:
        return instant(self.opening.target.to_s)

    @property
    def advice(self) -> Advice:
        """For the page; any window can be booked."""
        return self.advices.of(self.opening.target)

    @property
    def label(self) -> Label | None:
        """What can be said of it beside its hours."""
        return self.advice.label

    @property
    def name(self) -> str:
        return self.opening.target.name

    @property
    def key(self) -> str:
        return Promise.of(self.opening.target).key

    @property
    def plan(self) -> Offer:
        """Who would come from where; worked out when somebody looks at it."""
        return self.opening.offer

    @property
    def arrives_at(self) -> datetime:
        return instant(self.opening.arrives_s)

    @property
    def ends_at(self) -> datetime:
        return instant(self.opening.ends_s)

    @property
    def added_travel_s(self) -> int:
        return self.opening.added_travel_s

    @property
    def is_estimated(self) -> bool:
        """The way to or from the visit is a guess, no road was looked at."""
        return self.found.is_estimated(self.plan)


class Advices:
    """Worked out together, when somebody asks for the first of them."""

    def __init__(self, portal: Portal, *, holds_first: bool) -> None:
        self._portal = portal
        self._holds_first = holds_first
        self._searches: list[Found] = []

    def add(self, found: Found) -> None:
        self._searches.append(found)

    def of(self, target: Target) -> Advice:
        return self._all[target]

    @cached_property
    def _all(self) -> Mapping[Target, Advice]:
        return advice_for(self._portal, self._searches, holds_first=self._holds_first)


@dataclass(frozen=True, slots=True)
class OfferDay:
    """A day at the place of work; outside the lead time it is not bookable and has no windows."""

    day: date
    is_bookable: bool
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class OfferList:
    """Days in order."""

    zone: ZoneInfo
    first_day: date
    last_day: date
    days: tuple[OfferDay, ...]
    searches: tuple[Found, ...]

    @property
    def removed(self) -> Mapping[date, Mapping[Rule, int]]:
        """How many candidates each rule took out, per day; worked out when somebody asks."""
        merged: dict[date, Mapping[Rule, int]] = {}
        for found in self.searches:
            merged |= found.result.removed
        return merged

    @property
    def first(self) -> Window | None:
        return next((window for day in self.days for window in day.windows), None)

    @property
    def windows(self) -> tuple[Window, ...]:
        return tuple(window for day in self.days for window in day.windows)


def bookable_days(wish: Wish, *, now: datetime) -> tuple[date, date]:
    """First and last bookable day at the place of work, both included."""
    return bookable_range(wish.portal, zone_of(wish), now, from_today=wish.is_from_today)


def search_offers(
    *, wish: Wish, now: datetime, from_day: date | None = None, days: int = DEFAULT_DAYS
) -> OfferList:
    """The windows that can be kept on `days` days from `from_day` (default: the first bookable).

    One small query, if nothing changed since the last search of this process and `wish` comes with
    its rows (for a visit to be moved three more). Raises NotBookable, or NoPlace when nobody knows
    where the work is.
    """
    check_bookable(wish)
    return _offers(open_planning(now), wish, now, from_day, days)


def find_first(*, wish: Wish, now: datetime) -> Window | None:
    """The next available window within the whole lead time."""
    check_bookable(wish)
    planning = open_planning(now)
    first, last = bookable_range(
        wish.portal,
        zone_of(wish, default=planning.company_zone),
        now,
        from_today=wish.is_from_today,
    )
    day = first
    while day <= last:
        count = min(_CHUNK_DAYS, (last - day).days + 1)
        found = _offers(planning, wish, now, day, count).first
        if found is not None:
            return found
        day += timedelta(days=count)
    return None


def _offers(
    planning: Planning, wish: Wish, now: datetime, from_day: date | None, days: int
) -> OfferList:
    facts = planning.facts_of(wish)
    zone = zone_of(wish, default=facts.company.time_zone)
    first, last = bookable_range(wish.portal, zone, now, from_today=wish.is_from_today)
    start = first if from_day is None else from_day
    shown = [start + timedelta(days=offset) for offset in range(max(days, 0))]
    apart = planning.apart_of(wish)
    windows: dict[date, list[Window]] = {day: [] for day in shown}
    searches: list[Found] = []
    advices = Advices(wish.portal, holds_first=start <= first)
    for stretch in _stretches(facts.preferences, [day for day in shown if first <= day <= last]):
        targets = targets_for(wish.portal, zone, stretch, facts.windows)
        found = planning.find(
            wish=wish,
            facts=facts,
            targets=targets,
            now=now,
            apart=apart,
            with_routes=bool(wish.portal.first_windows),
        )
        searches.append(found)
        advices.add(found)
        for opening in found.result.first:
            windows[opening.target.day].append(Window(opening, found, advices))
    return OfferList(
        zone=zone,
        first_day=first,
        last_day=last,
        days=tuple(OfferDay(day, first <= day <= last, tuple(windows[day])) for day in shown),
        searches=tuple(searches),
    )


def _stretches(
    preferences: Sequence[DatedPreference], days: Sequence[date]
) -> Iterator[list[date]]:
    """Days on which the same preferences hold; usually one stretch."""
    changes = preference_changes(preferences)
    stretch: list[date] = []
    for day in days:
        if stretch and day in changes:
            yield stretch
            stretch = []
        stretch.append(day)
    if stretch:
        yield stretch


__all__ = [
    "OfferDay",
    "OfferList",
    "Window",
    "Wish",
    "bookable_days",
    "find_first",
    "place_of",
    "search_offers",
    "zone_of",
]
