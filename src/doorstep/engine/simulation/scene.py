"""What a simulated week is made of: people with empty days, and customers in order of arrival."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from doorstep.engine.problem import Crew, Request, Resource, Route, Target
from doorstep.engine.travel import Travel


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who wants a visit and knows when.

    `tastes` says for each target of the scene how much she likes it; `accepts` are the ids of those
    she would take, the others are out of the question. `follows` lies in [0, 1): she follows a
    recommendation if the share of customers who do is larger.
    """

    id: int
    request: Request
    tastes: tuple[float, ...]
    accepts: frozenset[int]
    follows: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Routes without visits; fixed stops (breaks, absences) may be in them."""

    resources: tuple[Resource, ...]
    routes: tuple[Route, ...]
    targets: tuple[Target, ...]
    customers: tuple[Customer, ...]
    travel: Travel
    now_s: int
    crews: tuple[Crew, ...] = ()


MOST_ACCEPTED = 10
_DAY_AWAY = 0.7


def tastes_for(
    chance: np.random.Generator, targets: Sequence[Target], favorite_days: Sequence[date]
) -> tuple[list[tuple[float, ...]], list[frozenset[int]]]:
    """For customers who would like these days best: their tastes, and what they accept.

    A taste is made of the distance from the favorite day, a liking for hours of the day that is
    the same on all days, and a whim per window. Everybody accepts her two to ten best windows.
    """
    days = sorted({target.day for target in targets})
    per_day = {day: [each for each in targets if each.day == day] for day in days}
    most = max(len(each) for each in per_day.values())
    count = len(favorite_days)
    hours = chance.normal(0, 1.0, (count, most))
    whims = chance.gumbel(0, 0.6, (count, len(days), most))
    accepted = chance.integers(2, MOST_ACCEPTED + 1, count)
    tastes, accepts = [], []
    for number, favorite in enumerate(favorite_days):
        liking = {
            target.id: -_DAY_AWAY * abs((day - favorite).days)
            + float(hours[number, place] + whims[number, at, place])
            for at, day in enumerate(days)
            for place, target in enumerate(per_day[day])
        }
        best = sorted(liking, key=lambda each: -liking[each])
        tastes.append(tuple(liking[target.id] for target in targets))
        accepts.append(frozenset(best[: int(accepted[number])]))
    return tastes, accepts
