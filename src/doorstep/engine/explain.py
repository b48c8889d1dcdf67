"""How many resources each rule took out, for "why was there no time on Friday?"."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from doorstep.engine.result import Rule

RULES = tuple(Rule)
CODE = {rule: number for number, rule in enumerate(RULES)}
_NONE = -1


class Tally:
    """Per day and unit (resource or crew), the last rule it came to in any role.

    Individuals are numbered as in `People`, crews behind them; days by their place in `days`.
    """

    def __init__(self, days: Sequence[date], individuals: int, crews: int) -> None:
        self._days = days
        self._individuals = individuals
        units = individuals + crews
        self._always = np.full(units, _NONE, np.int8)
        self._by_day = np.full((len(days), units), _NONE, np.int8)
        self._offered = np.zeros(len(days), bool)
        self._looked_at = np.zeros(units, bool)

    def look_at(self, *, crews: bool) -> None:
        """All crews, or all individuals, are looked at for some role."""
        self._looked_at[self._individuals :] |= crews
        self._looked_at[: self._individuals] |= not crews

    def note(self, units: npt.NDArray[np.intp] | int, rule: Rule) -> None:
        """The rule took these units out of some role on every day."""
        self._always[units] = np.maximum(self._always[units], CODE[rule])

    def note_day(
        self, day: int, units: npt.NDArray[np.intp] | int, codes: npt.NDArray[np.int8] | int
    ) -> None:
        """The rules with these codes took these units out on one day."""
        self._by_day[day, units] = np.maximum(self._by_day[day, units], codes)

    def offer(self, days: Iterable[int]) -> None:
        """There are offers on these days."""
        self._offered[list(days)] = True

    def absorb(self, other: "Tally") -> "Tally":
        """Add what a tally of some of these days knows of the same units; returns itself."""
        self._always = np.maximum(self._always, other._always)
        for number, day in enumerate(other._days):
            at = self._days.index(day)
            self._by_day[at] = np.maximum(self._by_day[at], other._by_day[number])
            self._offered[at] |= other._offered[number]
        return self

    def removed(self) -> dict[date, dict[Rule, int]]:
        """Counts per day and rule, in the order of days and rules.

        A unit that passed every rule on a day with offers was not taken out at all.
        """
        last = len(RULES) - 1
        found = {}
        for number, day in enumerate(self._days):
            reached = np.maximum(self._always, self._by_day[number])[self._looked_at]
            reached[reached == _NONE] = last
            counts = np.bincount(reached, minlength=len(RULES))
            if self._offered[number]:
                counts[last] = 0
            found[day] = {
                rule: count for rule, count in zip(RULES, counts.tolist(), strict=True) if count
            }
        return found
