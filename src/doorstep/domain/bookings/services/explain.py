"""Explain: why there was a time for a wish on a day, or none, and who came how near."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django_stubs_ext import StrPromise

from doorstep.domain.resources.models import BookableResource
from doorstep.domain.work.selectors import needed_roles, required_roles
from doorstep.engine import DayExplained, Miss, Rule, Verdict, explain_offers

from ..days import Apart
from ..models import Assignment
from ..office_words import RULE_WORDS, verdict_words, window_words
from ..problem import load_problem
from ..snapshot import open_planning
from ..timetable import bookable_range, targets_for
from ..wish import Wish, check_bookable, zone_of

_ORDER = tuple(Rule)


@dataclass(frozen=True, slots=True)
class Person:
    """One resource or crew on a day: the engine's verdict, and the same in words.

    `role` is the name of the role it came furthest in, where the job has several.
    """

    name: str
    role: str
    verdict: Verdict
    words: str

    @property
    def can_come(self) -> bool:
        """It could, as far as it alone is concerned."""
        return self.verdict.can_come

    @property
    def miss(self) -> Miss | None:
        return self.verdict.miss


@dataclass(frozen=True, slots=True)
class Day:
    """One day at the place of work. Outside the lead time nothing is offered or looked at.

    `people` stand in the order in which they came near: who could come first.
    """

    day: date
    is_bookable: bool
    open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    removed: Mapping[Rule, int] | None = None
    people: tuple[Person, ...] = ()

    @property
    def counts(self) -> list[tuple[StrPromise, int]]:
        """Whom each rule took out, in words, in the order of the rules."""
        return [(RULE_WORDS[rule], count) for rule, count in (self.removed or {}).items()]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Days in order; times are those of `zone`."""

    zone: ZoneInfo
    first_day: date
    last_day: date
    days: tuple[Day, ...]


def explain_wish(
    *, wish: Wish, now: datetime, from_day: date | None = None, days: int = 1
) -> Explanation:
    """What a search for the wish sees on `days` days from `from_day` (default: first bookable).

    Raises NotBookable, or NoPlace when nobody knows where the work is.
    """
    check_bookable(wish)
    zone = zone_of(wish)
    first, last = bookable_range(wish.portal, zone, now, from_today=wish.is_from_today)
    start = first if from_day is None else from_day
    shown = [start + timedelta(days=offset) for offset in range(max(days, 0))]
    asked = _Asked(
        wish=wish,
        zone=zone,
        now=now,
        apart=open_planning(now).apart_of(wish),
        names=dict(BookableResource.objects.values_list("pk", "name")),
        roles=_role_names(wish),
    )
    return Explanation(
        zone=zone,
        first_day=first,
        last_day=last,
        days=tuple(_day(asked, day) if first <= day <= last else Day(day, False) for day in shown),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    wish: Wish
    zone: ZoneInfo
    now: datetime
    apart: Apart
    names: Mapping[int, str]
    roles: Mapping[int, str]


def _day(asked: _Asked, day: date) -> Day:
    # Day by day: preferences may change from one to the next.
    wish, zone = asked.wish, asked.zone
    targets = targets_for(wish.portal, zone, [day])
    if not targets:
        return Day(day, True)
    problem = load_problem(wish=wish, targets=targets, now=asked.now, apart=asked.apart)
    (told,) = explain_offers(problem)
    stops = _stop_names(told)
    people = [
        Person(
            name=asked.names[verdict.id],
            role="" if verdict.role_id is None else asked.roles.get(verdict.role_id, ""),
            verdict=verdict,
            words=verdict_words(verdict, zone, asked.names, stops, problem.now_s),
        )
        for verdict in told.verdicts
    ]
    people.sort(key=lambda each: (not each.can_come, -_reached(each), each.name))
    return Day(
        day=day,
        is_bookable=True,
        open=tuple(window_words(target, zone) for target in told.open),
        closed=tuple(window_words(target, zone) for target in told.closed),
        removed=told.removed,
        people=tuple(people),
    )


def _reached(person: Person) -> int:
    """The later the rule, the nearer it came."""
    rule = person.verdict.rule
    return len(_ORDER) if rule is None else _ORDER.index(rule)


def _role_names(wish: Wish) -> dict[int, str]:
    """By index; empty where the job has one role only."""
    if wish.booking is not None:
        specs = required_roles(wish.booking.work_order)
    else:
        specs = needed_roles(wish.incident_type)
    if len(specs) < 2:
        return {}
    return {spec.index: spec.name for spec in specs}


def _stop_names(told: DayExplained) -> dict[int, str]:
    """What bounds the gaps that were missed, by the ids of stops: whose visit it is."""
    ids = set(_stops_of(told.verdicts))
    rows = Assignment.objects.filter(pk__in=ids).values_list(
        "pk", "booking__work_order__account__name", "hold__contact__account__name"
    )
    return {pk: visited or held or "" for pk, visited, held in rows}


def _stops_of(verdicts: Iterable[Verdict]) -> Iterable[int]:
    for verdict in verdicts:
        miss = verdict.miss
        for stop_id in () if miss is None else (miss.after_stop_id, miss.before_stop_id):
            # Breaks and absences have negative ids and no row.
            if stop_id is not None and stop_id > 0:
                yield stop_id
