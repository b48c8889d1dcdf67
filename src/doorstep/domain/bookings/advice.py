"""What the page says of a window beside its hours, and which windows wait behind "More times"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorstep.domain.organization.models import Portal
from doorstep.engine import Offer, Target
from doorstep.engine.cost import CostPolicy
from doorstep.engine.labels import Label, labels_for
from doorstep.engine.ranking import cost_of, load_permille
from doorstep.engine.steering import Steering, steer

from .snapshot import Found


@dataclass(frozen=True, slots=True)
class Advice:
    """`is_put_off`: shown on demand, and booked like any other."""

    label: Label | None = None
    is_put_off: bool = False


NO_ADVICE = Advice()


@dataclass(frozen=True, slots=True)
class Weighed:
    """An offer with what it costs the plan, and how full the day of those who would come is."""

    offer: Offer
    cost_ms: int
    load_permille: int


def weigh(offer: Offer, found: Found) -> Weighed:
    """By the default weights; `found` has the routes as the search saw them."""
    return Weighed(
        offer,
        cost_of(offer, found.routes.__getitem__, found.travel, CostPolicy()),
        max(load_permille(found.routes[each.route_id]) for each in offer.assignments),
    )


def advice_for(
    portal: Portal, searches: Sequence[Found], *, holds_first: bool
) -> Mapping[Target, Advice]:
    """For the best offers of a list of days, perhaps from several searches, with their routes if
    the portal puts some off; `holds_first`: none can be booked before it."""
    offers = [offer for found in searches for offer in found.result.best]
    labels = labels_for(offers, holds_first=holds_first) if portal.shows_labels else {}
    put_off: set[Target] = set()
    if portal.first_windows:
        weighed = [weigh(offer, found) for found in searches for offer in found.result.best]
        shown = steer(
            {number: each.cost_ms for number, each in enumerate(weighed)},
            {number: each.load_permille for number, each in enumerate(weighed)},
            Steering(portal.first_windows, portal.first_windows_from_percent * 10),
        )
        put_off = {offers[number].target for number in shown.more}
    return {
        offer.target: Advice(labels.get(offer.target), offer.target in put_off) for offer in offers
    }
