"""Policies side by side: means over several weeks, as numbers and as a table of text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from doorstep.engine.simulation.hindsight import Hindsight, hindsight
from doorstep.engine.simulation.measures import Outcome
from doorstep.engine.simulation.policies import Policy
from doorstep.engine.simulation.scene import Scene
from doorstep.engine.simulation.week import Options, play

_FIELDS = (
    "accepted",
    "offered",
    "shown",
    "first_choice",
    "km_booked",
    "km_driven",
    "late",
    "late_minutes",
    "overtime_h",
    "search_ms",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One policy: means over all weeks, and ratios to hindsight where that was asked for."""

    policy: str
    title: str
    customers: int
    weeks: int
    means: dict[str, float]
    of_hindsight: float | None = None
    km_ratio: float | None = None

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "policy": self.policy,
            "title": self.title,
            "customers": self.customers,
            "weeks": self.weeks,
            **self.means,
            "accepted_of_hindsight": self.of_hindsight,
            "km_driven_of_hindsight": self.km_ratio,
        }


def compare(
    scenes: Sequence[Scene],
    policies: Iterable[Policy],
    *,
    options: Options | None = None,
    hindsight_s: int = 0,
    say: Callable[[str], None] | None = None,
) -> list[Line]:
    """Every policy in every scene; with `hindsight_s`, a solver gets so many seconds per scene.

    Raises NoSolver if hindsight is wanted and no solver is installed.
    """
    say = say or (lambda _text: None)
    known = []
    for number, scene in enumerate(scenes):
        if hindsight_s:
            say(f"hindsight, week {number + 1}")
            known.append(hindsight(scene, limit_s=hindsight_s))
    lines = []
    for policy in policies:
        outcomes = []
        for number, scene in enumerate(scenes):
            say(f"{policy.name}, week {number + 1}")
            outcomes.append(play(scene, policy, options).outcome)
        lines.append(_line(policy, outcomes, known))
    if known:
        lines.append(_hindsight_line(scenes, known))
    return lines


def as_text(lines: Sequence[Line]) -> str:
    """A table, one line per policy."""
    head = (
        f"{'':<38} {'taken':>6} {'of best':>8} {'offered':>8} {'shown':>6} {'first':>6} "
        f"{'km/visit':>9} {'driven':>7} {'x best':>7} {'late':>6} {'over h':>7} {'ms':>7}"
    )
    return "\n".join([head, *(_text(line) for line in lines)])


def _text(line: Line) -> str:
    means = line.means
    return (
        f"{line.title:<38} {means['accepted']:>6.0f} {_share(line.of_hindsight):>8}"
        f" {means['offered']:>8.1f} {means['shown']:>6.1f} {_share(means['first_choice']):>6}"
        f" {means['km_booked']:>9.1f} {means['km_driven']:>7.1f} {_ratio(line.km_ratio):>7}"
        f" {_share(means['late']):>6} {means['overtime_h']:>7.1f} {means['search_ms']:>7.2f}"
    )


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}%"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _line(policy: Policy, outcomes: list[Outcome], known: list[Hindsight]) -> Line:
    means = {name: fmean(getattr(each, name) for each in outcomes) for name in _FIELDS}
    best_accepted = fmean(each.accepted for each in known) if known else 0.0
    best_km = fmean(each.km_driven for each in known) if known else 0.0
    return Line(
        policy=policy.name,
        title=policy.title,
        customers=outcomes[0].customers,
        weeks=len(outcomes),
        means=means,
        of_hindsight=means["accepted"] / best_accepted if best_accepted else None,
        km_ratio=means["km_driven"] / best_km if best_km else None,
    )


def _hindsight_line(scenes: Sequence[Scene], known: list[Hindsight]) -> Line:
    targets = float(len(scenes[0].targets))
    means = dict.fromkeys(_FIELDS, 0.0) | {
        "accepted": fmean(each.accepted for each in known),
        "km_booked": fmean(each.km_driven for each in known),
        "km_driven": fmean(each.km_driven for each in known),
        "offered": targets,
        "shown": targets,
    }
    return Line(
        policy="hindsight",
        title="hindsight",
        customers=len(scenes[0].customers),
        weeks=len(known),
        means=means,
        of_hindsight=1.0,
        km_ratio=1.0,
    )
