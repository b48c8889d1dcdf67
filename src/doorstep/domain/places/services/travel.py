"""Travel times for a search: along the roads of a file, or from the cache, else from the company's
provider, else estimated.

Nothing here can keep a booking from being made: what the provider does not answer within two
seconds, and where no road leads, is the straight line (reliability reference 2f).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db import transaction

from doorstep.connectors.registry import build
from doorstep.connectors.travel.base import Leg
from doorstep.connectors.travel.fallback import FallbackTravel
from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.roads.provider import Roads
from doorstep.connectors.travel.roads.provider import Settings as RoadSettings
from doorstep.connectors.travel.roads.tags import TOP_SPEED_KMH
from doorstep.domain.organization.models.company import Company, TravelProvider
from doorstep.domain.organization.selectors import get_company
from doorstep.engine import StraightLine, Travel
from doorstep.platform.values.geo import Coordinates

from ..legs import AskedTravel, Known, RoadTravel
from ..models import TravelLeg
from ..road_files import road_path

KEEP_FOR = timedelta(days=30)
# About ten metres. Neighbors closer than that are not asked for; the estimate is exact enough.
DECIMALS = 4
# No road leads there: longer than any working day, so nobody is sent.
UNREACHABLE_S = 7 * 24 * 3600

_Pair = tuple[Coordinates, Coordinates]
_Known = dict[_Pair, tuple[int, float]]


def load_travel(
    *,
    origins: Collection[Coordinates],
    destinations: Collection[Coordinates],
    now: datetime,
    company: Company | None = None,
) -> Travel:
    """How long it takes from origins to destinations, as the engine wants to know it.

    The built-in estimate is a `StraightLine`. With a road file it is a `RoadTravel`, with OSRM or
    Valhalla an `AskedTravel`: nothing is asked before a leg is needed, then all legs of this call
    are, or those of a batch: one query for cached legs, one request for what is missing.
    `company` is for who has read it already.
    """
    return _travel([(origins, destinations)], None, now, company)


def load_travel_around(
    *,
    place: Coordinates,
    others: Collection[Coordinates],
    now: datetime,
    company: Company | None = None,
) -> Travel:
    """As `load_travel`, from each of the others to the place and from there to each of them."""
    return _travel([(others, (place,)), ((place,), others)], place, now, company)


def _travel(
    together: Sequence[tuple[Collection[Coordinates], Collection[Coordinates]]],
    hub: Coordinates | None,
    now: datetime,
    company: Company | None,
) -> Travel:
    company = company or get_company()
    estimate = StraightLine(
        detour_factor=company.detour_factor,
        speed_kmh=company.travel_speed_kmh,
        fixed_s=company.travel_extra_seconds,
    )
    provider, url = company.travel_provider, company.travel_provider_url
    if provider == TravelProvider.ROADS:
        return _road_travel(company, estimate, hub, together[0][0])
    if provider == TravelProvider.STRAIGHT_LINE or not url:
        return estimate
    floor = _floor(estimate)

    def ask(
        starts: Sequence[Coordinates], ends: Sequence[Coordinates]
    ) -> dict[tuple[Coordinates, Coordinates], Known]:
        known = _legs(provider, url, starts, ends, now)
        pairs: dict[tuple[Coordinates, Coordinates], Known] = {}
        for start in starts:
            for end in ends:
                leg = known.get((start.rounded(DECIMALS), end.rounded(DECIMALS)))
                if leg is not None:
                    # Rounding the places may have brought them nearer to each other.
                    seconds = max(leg[0] + estimate.fixed_s, floor.seconds(start, end))
                    pairs[start, end] = (seconds, leg[1])
        return pairs

    return AskedTravel(ask, estimate=estimate, floor=floor, together=together)


def _road_travel(
    company: Company,
    estimate: StraightLine,
    hub: Coordinates | None,
    others: Collection[Coordinates],
) -> Travel:
    try:
        path = road_path(company)
        roads = _roads(
            str(path), company.road_hours, company.road_traffic, company.time_zone
        ).open()
    except BadRoadFile:
        # Said in the log by whoever opened it, and in the office.
        return estimate
    return RoadTravel(
        roads,
        estimate=estimate,
        floor=_floor(estimate),
        extra_s=estimate.fixed_s,
        hub=hub,
        others=others,
    )


def _floor(estimate: StraightLine) -> StraightLine:
    """What neither a road nor the estimate undercuts: the great circle at the highest speed."""
    return StraightLine(
        detour_factor=1.0,
        speed_kmh=max(TOP_SPEED_KMH, estimate.speed_kmh / estimate.detour_factor),
        fixed_s=estimate.fixed_s,
    )


def prune_travel_legs(*, now: datetime) -> int:
    """Delete what is too old to be used; returns how many legs that were."""
    deleted, _by_model = TravelLeg.objects.filter(fetched_at__lt=now - KEEP_FOR).delete()
    return deleted


def _legs(
    provider: str,
    url: str,
    starts: Sequence[Coordinates],
    ends: Sequence[Coordinates],
    now: datetime,
) -> _Known:
    """Legs between rounded places: from the cache, and from the provider what is not in it."""
    near_starts = {point.rounded(DECIMALS) for point in starts}
    near_ends = {point.rounded(DECIMALS) for point in ends}
    wanted = {(start, end) for start in near_starts for end in near_ends if start != end}
    known = _cached(provider, near_starts, near_ends, now) if wanted else {}
    missing = wanted - known.keys()
    if missing:
        fetched = _fetch(provider, url, missing)
        known |= fetched
        # Later, so that nobody waits for another booking's transaction to end.
        transaction.on_commit(lambda: _store(provider, fetched, now), robust=True)
    return known


def _cached(
    provider: str, starts: Iterable[Coordinates], ends: Iterable[Coordinates], now: datetime
) -> _Known:
    """Legs between any start and any end, perhaps more than were asked for."""
    rows = TravelLeg.objects.filter(
        provider=provider,
        from_latitude__in={_decimal(point.latitude) for point in starts},
        from_longitude__in={_decimal(point.longitude) for point in starts},
        to_latitude__in={_decimal(point.latitude) for point in ends},
        to_longitude__in={_decimal(point.longitude) for point in ends},
        fetched_at__gte=now - KEEP_FOR,
    ).values_list(
        "from_latitude", "from_longitude", "to_latitude", "to_longitude", "seconds", "metres"
    )
    return {
        (Coordinates(float(a), float(b)), Coordinates(float(c), float(d))): (seconds, metres)
        for a, b, c, d, seconds, metres in rows
    }


def _fetch(provider: str, url: str, missing: Collection[_Pair]) -> _Known:
    """One request; legs the provider did not answer are left out."""
    starts = sorted({start for start, _end in missing})
    ends = sorted({end for _start, end in missing})
    matrix = _service(provider, url).matrix(starts, ends)
    return {
        (start, end): _of(leg)
        for start, row in zip(starts, matrix, strict=True)
        for end, leg in zip(ends, row, strict=True)
        if (start, end) in missing and not leg.estimated
    }


def _of(leg: Leg) -> tuple[int, float]:
    if leg.seconds is None or leg.metres is None:
        return UNREACHABLE_S, 0.0
    return leg.seconds, leg.metres


@lru_cache(maxsize=8)
def _roads(file: str, hours: str, traffic: float, zone: str) -> Roads:
    return Roads(RoadSettings(file=file, hours=hours, traffic=traffic, zone=zone))


@lru_cache(maxsize=8)
def _service(provider: str, url: str) -> FallbackTravel:
    # Kept, because it remembers failures and rests a service that has too many.
    return FallbackTravel([build("travel", provider, {"base_url": url})])


def _store(provider: str, legs: _Known, now: datetime) -> None:
    TravelLeg.objects.bulk_create(
        [
            TravelLeg(
                provider=provider,
                from_latitude=_decimal(start.latitude),
                from_longitude=_decimal(start.longitude),
                to_latitude=_decimal(end.latitude),
                to_longitude=_decimal(end.longitude),
                seconds=seconds,
                metres=round(metres),
                fetched_at=now,
            )
            # In order, so that two who store the same legs wait for each other and do not lock.
            for (start, end), (seconds, metres) in sorted(legs.items())
        ],
        update_conflicts=True,
        unique_fields=[
            "provider", "from_latitude", "from_longitude", "to_latitude", "to_longitude",
        ],
        update_fields=["seconds", "metres", "fetched_at"],
    )  # fmt: skip


def _decimal(degrees: float) -> Decimal:
    return Decimal(f"{degrees:.{DECIMALS}f}")
