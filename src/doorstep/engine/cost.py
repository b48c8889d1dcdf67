"""The price of an offer: what the search picks by, and what windows are ranked and labeled by.

Two prices, for two questions. Who comes within one window: least added travel, preferred people
first (`preference_s`). Which windows suit the plan best: `offer_cost_ms`, whole numbers from
quantities that are known per insertion, so that arrays and compiled code can work it out too.
docs/explanation/offer-quality.md has the measurements behind the defaults.
"""

from dataclasses import dataclass

# Per role that prefers somebody and gets somebody else. Longer than a year of driving, so that
# preferred resources always come first (product.md 7.4: "shown first, not guaranteed").
NOT_PREFERRED_S = 100_000_000


@dataclass(frozen=True, slots=True)
class CostPolicy:
    """What counts how much, in milliseconds of driving.

    A leg from or to the start or end place of a day is shared with every visit that comes later.
    While a day is young it therefore counts `home_leg_permille` only, and all of it once there are
    `settled_stops` visits. `load_s` is what a day that is taken as a whole costs more than an empty
    one, which spreads the work. Waiting and lost slack did not change any figure when they were
    measured, so they weigh nothing unless somebody wants them to.

    Raises ValueError for negative numbers, or a day that is never settled.
    """

    travel_permille: int = 1000
    home_leg_permille: int = 500
    settled_stops: int = 4
    load_s: int = 1800
    waiting_permille: int = 0
    lost_slack_permille: int = 0
    not_preferred_s: int = NOT_PREFERRED_S

    def __post_init__(self) -> None:
        weights = (
            self.travel_permille,
            self.home_leg_permille,
            self.load_s,
            self.waiting_permille,
            self.lost_slack_permille,
            self.not_preferred_s,
        )
        if min(weights) < 0 or self.settled_stops < 1:
            raise ValueError("weights must not be negative, and a day settles with some visit")


ADDED_TRAVEL = CostPolicy(home_leg_permille=1000, load_s=0)
"""Nothing but the driving that a visit adds."""


def offer_cost_ms(
    policy: CostPolicy,
    *,
    added_travel_s: int,
    home_travel_s: int = 0,
    stops: int = 0,
    load_permille: int = 0,
    waiting_s: int = 0,
    lost_slack_s: int = 0,
    is_preferred: bool = True,
) -> int:
    """What one insertion costs, in milliseconds; lower is better, and it may be negative.

    `home_travel_s` is the part of `added_travel_s` that leads from the start place or to the end
    place of the day (it is negative where such a leg falls away), `stops` how many visits the day
    has already, `load_permille` how much of it travel and work take already. `waiting_s` is idle
    time right before the departure, `lost_slack_s` how much later planned visits come because of
    this one. Of a visit by several people the costs are added up.
    """
    young = max(0, policy.settled_stops - stops)
    shared_permille = (1000 - policy.home_leg_permille) * young // policy.settled_stops
    return (
        policy.travel_permille * added_travel_s
        - shared_permille * home_travel_s
        + policy.load_s * load_permille
        + policy.waiting_permille * waiting_s
        + policy.lost_slack_permille * lost_slack_s
        + (0 if is_preferred else policy.not_preferred_s * 1000)
    )


def preference_s(preferred: frozenset[int], ids: frozenset[int]) -> int:
    """What a role pays for a resource or crew (`ids`: the crew and its members)."""
    return NOT_PREFERRED_S if preferred and preferred.isdisjoint(ids) else 0
