"""What can truly be said of a window, read off the plan that stands behind it.

Labels invite people to windows that suit the day's plan. Each is true of the plan as it is now; a
plan may improve later, and whoever comes may change.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from statistics import median

from doorstep.engine.problem import Target
from doorstep.engine.result import Offer

NEAR_S = 15 * 60
MOST_PER_DAY = 3


class Label(StrEnum):
    """The most a window gets is one of these, the first that holds."""

    FIRST_AVAILABLE = "first_available"  # no bookable window begins earlier
    NEARBY = "nearby"  # everybody who comes is within a quarter of an hour at that time
    SAVES_DRIVING = "saves_driving"  # adds at most half of what the windows of the list mostly add


def labels_for(
    offers: Iterable[Offer], *, holds_first: bool, near_s: int = NEAR_S
) -> Mapping[Target, Label]:
    """Labels by target, at most three a day, for the best offers of a list of days.

    `holds_first`: the list begins with the first bookable day. Windows that save driving are told
    from the others only if at least three are open.
    """
    offers = list(offers)
    found: dict[Target, Label] = {}
    per_day: dict[date, int] = {}

    def give(offer: Offer, label: Label) -> None:
        found[offer.target] = label
        per_day[offer.target.day] = per_day.get(offer.target.day, 0) + 1

    if holds_first and offers:
        give(min(offers, key=_place_in_time), Label.FIRST_AVAILABLE)
    usual_s = median(each.added_travel_s for each in offers) if len(offers) >= MOST_PER_DAY else 0
    for offer in sorted(offers, key=lambda each: (each.added_travel_s, *_place_in_time(each))):
        if offer.target in found or per_day.get(offer.target.day, 0) >= MOST_PER_DAY:
            continue
        if is_near(offer, near_s):
            give(offer, Label.NEARBY)
        elif 2 * offer.added_travel_s <= usual_s and usual_s > 0:
            give(offer, Label.SAVES_DRIVING)
    return found


def is_near(offer: Offer, near_s: int = NEAR_S) -> bool:
    """Everybody who comes travels, and for `near_s` at most."""
    return all(each.place is not None and each.travel_s <= near_s for each in offer.assignments)


def _place_in_time(offer: Offer) -> tuple[int, int, int]:
    return (offer.target.from_s, offer.target.to_s, offer.target.id)
