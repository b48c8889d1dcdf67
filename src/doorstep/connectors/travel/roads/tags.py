"""What the tags of an OpenStreetMap way or node mean for somebody who comes by car."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

Tags = Mapping[str, str]

# Nobody is reckoned with more, whatever the sign allows: the search relies on this bound.
TOP_SPEED_KMH = 130.0
WALKING_PACE_KMH = 7.0
KMH_PER_MPH, KMH_PER_KNOT = 1.609344, 1.852


class RoadClass(IntEnum):
    """How traffic weighs on a road; see `profiles`."""

    FAST = 0
    MAIN = 1
    LOCAL = 2


@dataclass(frozen=True, slots=True)
class Drive:
    """A way that can be driven; 0 km/h means closed in that direction.

    Visits do not begin on a motorway: `has_doors` is False where no place is taken to the road.
    """

    road_class: RoadClass
    forward_kmh: float
    backward_kmh: float
    has_doors: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """A country's speed limits in km/h where no sign says otherwise."""

    urban: float
    rural: float
    dual: float
    motorway: float


_MPH_UK, _MPH_US = (30, 60, 70, 70), (25, 55, 65, 65)
# Countries that are not listed have the first line. Letters of ISO 3166.
LIMITS = {
    "": Limits(50, 90, 110, 120),
    "AT": Limits(50, 100, 100, 130),
    "AU": Limits(50, 100, 100, 110),
    "BE": Limits(50, 70, 120, 120),
    "CA": Limits(50, 80, 100, 100),
    "CH": Limits(50, 80, 100, 120),
    "DE": Limits(50, 100, 130, 130),
    "DK": Limits(50, 80, 80, 130),
    "ES": Limits(50, 90, 90, 120),
    "FR": Limits(50, 80, 110, 130),
    "GB": Limits(*(mph * KMH_PER_MPH for mph in _MPH_UK)),
    "IE": Limits(50, 80, 100, 120),
    "IL": Limits(50, 80, 90, 110),
    "IT": Limits(50, 90, 110, 130),
    "NL": Limits(50, 80, 100, 100),
    "PL": Limits(50, 90, 120, 130),
    "PT": Limits(50, 90, 90, 120),
    "SE": Limits(50, 70, 90, 110),
    "US": Limits(*(mph * KMH_PER_MPH for mph in _MPH_US)),
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """`rural` is how far the limit of an unsigned road lies between urban (0) and rural (1).

    `flow` is the share of the limit that is driven when nobody is in the way: lights, bends and
    turns, which are not reckoned one by one, take the rest.
    """

    road_class: RoadClass
    rural: float
    flow: float


_FAST, _MAIN, _LOCAL = RoadClass
_KINDS = {
    "motorway": _Kind(_FAST, 1.0, 0.95),
    "motorway_link": _Kind(_FAST, 0.5, 0.85),
    "trunk": _Kind(_FAST, 0.9, 0.9),
    "trunk_link": _Kind(_FAST, 0.4, 0.85),
    "primary": _Kind(_MAIN, 0.5, 0.8),
    "primary_link": _Kind(_MAIN, 0.2, 0.75),
    "secondary": _Kind(_MAIN, 0.4, 0.8),
    "secondary_link": _Kind(_MAIN, 0.2, 0.75),
    "tertiary": _Kind(_LOCAL, 0.25, 0.75),
    "tertiary_link": _Kind(_LOCAL, 0.1, 0.7),
    "unclassified": _Kind(_LOCAL, 0.2, 0.7),
    "road": _Kind(_LOCAL, 0.0, 0.6),
    "residential": _Kind(_LOCAL, 0.0, 0.65),
}
_SLOW_KMH = {"living_street": 10.0, "service": 15.0}
_NOT_THROUGH = {"parking_aisle", "drive-through", "emergency_access"}

# The most particular tag that is there decides.
_ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
_CLOSED = {
    "no", "private", "agricultural", "forestry", "delivery", "emergency", "military", "permit",
    "psv", "bus",
}  # fmt: skip
_BARRIERS = {"bollard", "block", "jersey_barrier", "log", "debris", "planter", "barrier_board"}
_ONWARD = {"yes", "true", "1"}
_REVERSED = {"-1", "reverse"}

_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_UNITS = {"mph": KMH_PER_MPH, "knots": KMH_PER_KNOT}


def read_way(tags: Tags, country: str = "") -> Drive | None:
    """What a way is to a car; None if it is not to be driven at all.

    `country` (two letters) chooses the limits of roads without a sign; unknown ones are usual.
    """
    highway = tags.get("highway", "")
    kind = _KINDS.get(highway)
    if kind is None and highway not in _SLOW_KMH:
        return None
    if _is_closed(tags) or tags.get("area") == "yes" or tags.get("service") in _NOT_THROUGH:
        return None
    onward, back = _directions(tags, highway)
    if not (onward or back):
        return None
    limits = LIMITS.get(country, LIMITS[""])
    road_class = _LOCAL if kind is None else kind.road_class
    return Drive(
        road_class,
        _driven_kmh(tags, "forward", highway, kind, limits) if onward else 0.0,
        _driven_kmh(tags, "backward", highway, kind, limits) if back else 0.0,
        has_doors=highway not in {"motorway", "motorway_link"},
    )


def is_blocked(tags: Tags) -> bool:
    """Whether a node (a bollard, a locked gate) lets no car through."""
    barrier = tags.get("barrier")
    if barrier is None:
        return False
    if any(name in tags for name in _ACCESS):
        return _is_closed(tags)
    return barrier in _BARRIERS


def _is_closed(tags: Tags) -> bool:
    said = next((tags[name] for name in _ACCESS if name in tags), "")
    return said in _CLOSED


def _directions(tags: Tags, highway: str) -> tuple[bool, bool]:
    said = tags.get("oneway:motor_vehicle") or tags.get("oneway") or ""
    if said in _ONWARD:
        return True, False
    if said in _REVERSED:
        return False, True
    # Which way it runs changes by the hour, and nobody knows when.
    if said == "reversible":
        return False, False
    if said != "no" and (
        highway == "motorway" or tags.get("junction") in {"roundabout", "circular"}
    ):
        return True, False
    return True, True


def _driven_kmh(
    tags: Tags, direction: str, highway: str, kind: _Kind | None, limits: Limits
) -> float:
    signed = read_speed(tags.get(f"maxspeed:{direction}", ""), limits)
    for name in ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed"):
        signed = signed or read_speed(tags.get(name, ""), limits)
    if kind is None:
        return min(signed or TOP_SPEED_KMH, _SLOW_KMH[highway])
    if signed is None:
        usual = limits.motorway if highway == "motorway" else limits.rural
        signed = limits.urban + kind.rural * (usual - limits.urban)
    return max(WALKING_PACE_KMH, min(signed * kind.flow, TOP_SPEED_KMH))


def read_speed(text: str, limits: Limits) -> float | None:
    """km/h from a value of `maxspeed`; None where it says nothing that counts.

    Reads numbers in km/h, mph and knots, the first of several, `none`, `walk`, and the words of a
    country such as `GB:nsl_single` or `DE:urban`.
    """
    said = text.split(";")[0].strip().lower()
    if said == "none":
        return TOP_SPEED_KMH
    if said == "walk":
        return WALKING_PACE_KMH
    country, colon, where = said.partition(":")
    if colon:
        limits = LIMITS.get(country.upper(), limits)
        return {
            "urban": limits.urban,
            "nsl_restricted": limits.urban,
            "rural": limits.rural,
            "nsl_single": limits.rural,
            "nsl_dual": limits.dual,
            "trunk": limits.dual,
            "motorway": limits.motorway,
            "living_street": 10.0,
            "walk": WALKING_PACE_KMH,
            "zone30": 30.0,
            "zone:30": 30.0,
        }.get(where)
    found = _SPEED.fullmatch(said)
    if found is None:
        return None
    kmh = float(found[1]) * _UNITS.get(found[2], 1.0)
    return kmh if kmh >= 1 else None
