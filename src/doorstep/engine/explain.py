"""How many resources each rule took out, for "why was there no time on Friday?"."""

from collections.abc import Iterable
from datetime import date

from doorstep.engine.result import Rule

_ORDER = {rule: index for index, rule in enumerate(Rule)}


class Tally:
    """Per day and unit (resource or crew), the last rule it came to in any role."""

    def __init__(self, days: Iterable[date], unit_ids: Iterable[int]) -> None:
        self._unit_ids = sorted(set(unit_ids))
        self._always: dict[int, Rule] = {}
        self._by_day: dict[date, dict[int, Rule]] = {day: {} for day in sorted(set(days))}
        self._offered: set[date] = set()

    def note(self, unit_id: int, rule: Rule, day: date | None = None) -> None:
        """The rule took the unit out of some role, on one day or on all of them."""
        notes = self._always if day is None else self._by_day[day]
        known = notes.get(unit_id)
        if known is None or _ORDER[known] < _ORDER[rule]:
            notes[unit_id] = rule

    def offer(self, day: date) -> None:
        """There is an offer on this day."""
        self._offered.add(day)

    def removed(self) -> dict[date, dict[Rule, int]]:
        """Counts per day and rule, in the order of days and rules.

        A unit that passed every rule on a day with offers was not taken out at all.
        """
        counts: dict[date, dict[Rule, int]] = {}
        for day, notes in self._by_day.items():
            found: dict[Rule, int] = {}
            for unit_id in self._unit_ids:
                reached = [
                    rule
                    for rule in (notes.get(unit_id), self._always.get(unit_id))
                    if rule is not None
                ]
                rule = max(reached, key=_ORDER.__getitem__, default=Rule.NOT_TOGETHER)
                if rule is Rule.NOT_TOGETHER and day in self._offered:
                    continue
                found[rule] = found.get(rule, 0) + 1
            counts[day] = {rule: found[rule] for rule in Rule if rule in found}
        return counts
