"""Time a call many times; keep the median and the 95th percentile."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` compares with what `of` says, within the same run; `goal` is what it should be."""

    what: str
    p50_s: float
    p95_s: float
    runs: int
    ratio: float | None = None
    of: str = ""
    goal: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def measure(what: str, call: Callable[[int], object], *, runs: int) -> Row:
    """Call with 0, 1, 2 … `runs` times, after one call that does not count."""
    call(0)
    times = []
    for number in range(runs):
        began = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - began)
    return _row(what, times)


BLOCK = 20


def measure_in_turn(
    calls: Mapping[str, tuple[Callable[[int], object], int]], *, runs: int, rounds: int = 3
) -> dict[str, Row]:
    """All calls in turn, a block of each, because the speed of a machine wanders.

    A share of 5 makes every fifth call of its blocks only. A block begins with a call that does not
    count, for the one before it left other things in the processor's caches. Of the rounds the one
    with the lowest median counts, per call.
    """
    best: dict[str, Row] = {}
    for _round in range(rounds):
        times: dict[str, list[float]] = {what: [] for what in calls}
        for first in range(0, runs, BLOCK):
            for what, (call, share) in calls.items():
                call((first - 1) % runs)
                for number in range(first, min(first + BLOCK, runs), share):
                    began = time.perf_counter()
                    call(number)
                    times[what].append(time.perf_counter() - began)
        for what, found in times.items():
            row = _row(what, found)
            if what not in best or row.p50_s < best[what].p50_s:
                best[what] = row
    return best


def _row(what: str, times: list[float]) -> Row:
    times = sorted(times)
    return Row(what, times[len(times) // 2], times[int(len(times) * 0.95)], len(times))
