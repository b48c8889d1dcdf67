"""One part of the days that share people: search, put times on the result, check it."""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from doorstep.engine.problem import Stop

from .kernel import COST, PENALTY
from .model import Model, build
from .parts import Part
from .rows import Freedom, Legs, is_valid

# Rounds between two looks at the clock at first, and how long they should take then.
_CHUNK = 32
_CHUNK_S = 0.05
# The threshold sinks from hot to cold, in means of a leg, and again from less hot; each time the
# search goes on from the best plan so far.
_HOT, _COLD = 3.0, 0.03
_CYCLES, _LESS = 3, 0.5
# What a stop that is left out for a while counts at first, in means of a leg.
_PENALTY = 4.0
# Without a clock, so many changes of the threshold.
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Solved:
    """New stops per row of the part (behind what has begun), or None where nothing changed."""

    stops: Sequence[tuple[Stop, ...] | None]
    outside: Sequence[Stop]
    rounds: int
    is_discarded: bool = False


def solve(
    part: Part,
    *,
    freedoms: Mapping[int, Freedom],
    rooms: Mapping[Hashable, int],
    legs: Legs,
    change_cost_s: int,
    seed: int,
    rounds: int | None,
    seconds: float | None,
    is_over: Callable[[], bool] | None,
    is_compiled: bool | None,
) -> Solved:
    """The best plan found for one part."""
    model = build(
        part.rows,
        part.unassigned,
        choices=part.choices,
        freedoms=freedoms,
        rooms=rooms,
        legs=legs,
        change_cost_s=change_cost_s,
        seed=seed,
        is_compiled=is_compiled,
    )
    spent = _search(model, rounds, seconds, is_over)
    outside = model.outside()
    is_sound = {stop.id for stop in outside} <= {stop.id for stop in part.unassigned}
    found: list[tuple[Stop, ...] | None] = []
    for number, row in enumerate(part.rows):
        stops = model.sequence(number)
        if [stop.id for stop in stops] == [stop.id for stop in row.stops]:
            found.append(None)
            continue
        settled = legs.settle(row, stops)
        if settled is None or not is_sound or not is_valid(row, settled, legs):
            return Solved([None] * len(part.rows), part.unassigned, spent, is_discarded=True)
        found.append(settled)
    return Solved(found, outside, spent)


def _search(
    model: Model, rounds: int | None, seconds: float | None, is_over: Callable[[], bool] | None
) -> int:
    """Cool down step by step; how far it is, rounds or the clock say. Without any time left, no
    step is made."""
    leg_s = _mean_leg_s(model)
    model.plan.totals[PENALTY] = int(_PENALTY * leg_s)
    model.kernel.search(model.days, model.plan, 0, 0)  # compiles, if that has to be done
    began = time.monotonic()
    spent, chunk, share, cycle = 0, _CHUNK, 0.0, 0
    while share < 1 and rounds != 0 and (seconds is None or seconds > 0):
        if is_over is not None and is_over():
            break
        if seconds is None:
            assert rounds is not None
            chunk = max(1, rounds // _STEPS)
        if rounds is not None:
            chunk = min(chunk, rounds - spent)
        if int(share * _CYCLES) > cycle:
            cycle = int(share * _CYCLES)
            model.kernel.resume(model.days, model.plan)
        hot = _HOT * _LESS**cycle
        threshold = hot * leg_s * (_COLD / hot) ** (share * _CYCLES - cycle)
        chunk_began = time.monotonic()
        model.kernel.search(model.days, model.plan, chunk, int(threshold))
        now = time.monotonic()
        spent += chunk
        share = 0.0 if rounds is None else spent / rounds
        if seconds is not None:
            share = max(share, (now - began) / seconds)
            chunk = max(1, min(4 * chunk, int(chunk * _CHUNK_S / max(now - chunk_began, 1e-6))))
    return spent


def _mean_leg_s(model: Model) -> float:
    located = sum(1 for stop in model.jobs if stop.place is not None)
    return max(60.0, int(model.plan.totals[COST]) / max(1, located))
