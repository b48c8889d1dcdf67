"""Which windows are shown at first, and which not at all: presentation, never a promise.

Off unless a company turns it on. Whatever it keeps back can still be booked by whoever has been
offered it, and at least three windows always stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Steering:
    """`first` windows are shown at once (0: all); others come on demand.

    A window is put off only where the day of those who would come is taken by `first_from_permille`
    already. With a limit, windows that cost more than `limit_s` seconds of driving are hidden from
    a load of `limit_from_permille` on. Raises ValueError where fewer than three windows would stay.
    """

    first: int = 0
    first_from_permille: int = 0
    limit_s: int | None = None
    limit_from_permille: int = 0

    def __post_init__(self) -> None:
        if 0 < self.first < LEAST_SHOWN:
            raise ValueError(f"at least {LEAST_SHOWN} windows are shown first")


@dataclass(frozen=True, slots=True)
class Shown:
    """Ids of targets, best first; `more` come up on demand."""

    first: tuple[int, ...]
    more: tuple[int, ...]
    hidden: frozenset[int]


def steer(costs_ms: Mapping[int, int], loads: Mapping[int, int], steering: Steering) -> Shown:
    """What to show of the windows that can be kept: costs and loads (per mille) by target."""
    order = sorted(costs_ms, key=lambda each: (costs_ms[each], each))
    hidden: frozenset[int] = frozenset()
    if steering.limit_s is not None:
        limit_ms = steering.limit_s * 1000
        hidden = frozenset(
            each
            for each in order[LEAST_SHOWN:]
            if costs_ms[each] > limit_ms and loads[each] >= steering.limit_from_permille
        )
    shown = [each for each in order if each not in hidden]
    at_once = [
        each
        for place, each in enumerate(shown)
        if not steering.first
        or place < steering.first
        or loads[each] < steering.first_from_permille
    ]
    return Shown(tuple(at_once), tuple(each for each in shown if each not in set(at_once)), hidden)
