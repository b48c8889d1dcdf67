"""Time a call many times; keep the median and the 95th percentile."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    p50_s: float
    p95_s: float
    runs: int

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
    times.sort()
    return Row(what, times[len(times) // 2], times[int(len(times) * 0.95)], runs)
