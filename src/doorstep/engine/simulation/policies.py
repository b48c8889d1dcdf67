"""What a company offers: from a calendar that knows no travel to windows ranked by what they cost.

Every policy but the calendars offers only what can be driven.
"""

from dataclasses import dataclass

from doorstep.engine.cost import ADDED_TRAVEL, CostPolicy
from doorstep.engine.steering import Steering


@dataclass(frozen=True, slots=True)
class Policy:
    """How windows are found, ranked and shown.

    `buffer_s` makes it a calendar: no travel is looked at, this much is kept free between visits.
    `is_fixed` promises the planned minute instead of the window. `replan_every` bookings the days
    are improved across technicians (0: never). `follows` is the share of customers who take the
    best ranked of the windows they would accept; the others take the one they like best.
    """

    name: str
    title: str
    buffer_s: int | None = None
    is_fixed: bool = False
    reorders: bool = False
    replan_every: int = 0
    follows: float = 0.0
    cost: CostPolicy = ADDED_TRAVEL
    steering: Steering | None = None

    @property
    def is_calendar(self) -> bool:
        """Whether travel is left out of account."""
        return self.buffer_s is not None


REPLAN_EVERY = 25
FOLLOWS = 0.5
POLICIES = {
    policy.name: policy
    for policy in (
        Policy("calendar", "calendar without travel", buffer_s=0, is_fixed=True),
        Policy("buffers", "calendar, 30 minutes between visits", buffer_s=1800, is_fixed=True),
        Policy("fixed", "insertion, fixed times", is_fixed=True),
        Policy("windows", "insertion, windows"),
        Policy("reorder", "+ re-ordering", reorders=True),
        Policy("replan", "+ replan", reorders=True, replan_every=REPLAN_EVERY),
        Policy(
            "ranking",
            "+ ranking, half follow",
            reorders=True,
            replan_every=REPLAN_EVERY,
            follows=FOLLOWS,
            cost=CostPolicy(),
        ),
        Policy(
            "first",
            "+ best times first, others on demand",
            reorders=True,
            replan_every=REPLAN_EVERY,
            follows=FOLLOWS,
            cost=CostPolicy(),
            steering=Steering(first=5),
        ),
        Policy(
            "hiding",
            "+ dear times hidden on busy days",
            reorders=True,
            replan_every=REPLAN_EVERY,
            follows=FOLLOWS,
            cost=CostPolicy(),
            steering=Steering(first=5, limit_s=60 * 60, limit_from_permille=500),
        ),
    )
}
