"""Where a customer stands on her way to a booking."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Hold
from doorstep.domain.organization.models import Portal
from doorstep.platform.lib.site_time import format_window, format_zone, get_zone, local_day

from .days import Leaf, leaf_of


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Steps:
    steps: tuple[Step, ...]
    number: int
    count: int
    name: str


def booking_steps(portal: Portal, *, has_assets: bool, current: str) -> Steps:
    """`current` is one of asset, service, time, details, review."""
    names = {
        "asset": _("What it is about"),
        "service": _("Service"),
        "time": _("Time"),
        "details": _("Details"),
        "review": _("Review"),
    }
    if not (has_assets and portal.allows_asset_selection) and current != "asset":
        del names["asset"]
    if not portal.allows_additional_details:
        names.pop("details", None)
    keys = list(names)
    position = keys.index(current)
    return Steps(
        steps=tuple(
            Step(names[key], index < position, index == position) for index, key in enumerate(keys)
        ),
        number=position + 1,
        count=len(keys),
        name=names[current],
    )


@dataclass(frozen=True, slots=True)
class HoldView:
    code: str
    leaf: Leaf
    hours: str
    zone: str
    is_exact: bool
    until: str
    seconds_left: int


def hold_view(hold: Hold, *, seconds_left: float) -> HoldView:
    zone = get_zone(hold.time_zone)
    return HoldView(
        code=hold.code,
        leaf=leaf_of(local_day(hold.promised_from, zone)),
        hours=format_window(hold.promised_from, hold.promised_to, zone),
        zone=format_zone(zone),
        is_exact=hold.promised_from == hold.promised_to,
        until=format_window(hold.expires_at, None, zone, with_zone=True),
        seconds_left=max(0, int(seconds_left)),
    )
