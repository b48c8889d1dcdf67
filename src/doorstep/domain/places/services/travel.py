"""Travel times for a search: from the cache, else from the company's provider, else estimated.

Nothing here can keep a booking from being made: what the provider does not answer within two
seconds is the straight line (reliability reference 2f).
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db import transaction

from doorstep.connectors.registry import build
from doorstep.connectors.travel.base import Leg
from doorstep.connectors.travel.fallback import FallbackTravel
from doorstep.domain.organization.models.company import TravelProvider
from doorstep.domain.organization.selectors import get_company
from doorstep.engine import StraightLine, Travel, TravelTable
from doorstep.platform.values.geo import Coordinates

from ..models import TravelLeg

KEEP_FOR = timedelta(days=30)
# About ten metres. Neighbors closer than that are not asked for; the estimate is exact enough.
DECIMALS = 4
# No road leads there: longer than any working day, so nobody is sent.
UNREACHABLE_S = 7 * 24 * 3600

_Pair = tuple[Coordinates, Coordinates]
_Known = dict[_Pair, tuple[int, float]]


def load_travel(
    *, origins: Collection[Coordinates], destinations: Collection[Coordinates], now: datetime
) -> Travel:
    """How long it takes from each origin to each destination, as the engine wants to know it.

    The built-in provider is a `StraightLine`, which knows every pair. With OSRM or Valhalla it is
    a `TravelTable`: one query for cached legs, one request for all that are missing.
    """
    company = get_company()
    estimate = StraightLine(
        detour_factor=company.detour_factor,
        speed_kmh=company.travel_speed_kmh,
        fixed_s=company.travel_extra_seconds,
    )
    provider, url = company.travel_provider, company.travel_provider_url
    if provider == TravelProvider.STRAIGHT_LINE or not url:
        return estimate
    starts = {point.rounded(DECIMALS) for point in origins}
    ends = {point.rounded(DECIMALS) for point in destinations}
    wanted = {(start, end) for start in starts for end in ends if start != end}
    known = _cached(provider, starts, ends, now)
    missing = wanted - known.keys()
    if missing:
        fetched = _fetch(provider, url, missing)
        known |= fetched
        # Later, so that nobody waits for another booking's transaction to end.
        transaction.on_commit(lambda: _store(provider, fetched, now), robust=True)
    pairs: _Known = {}
    for origin in origins:
        for destination in destinations:
            leg = known.get((origin.rounded(DECIMALS), destination.rounded(DECIMALS)))
            if leg is not None:
                pairs[origin, destination] = (leg[0] + company.travel_extra_seconds, leg[1])
    return TravelTable(pairs, estimate)


def prune_travel_legs(*, now: datetime) -> int:
    """Delete what is too old to be used; returns how many legs that were."""
    deleted, _by_model = TravelLeg.objects.filter(fetched_at__lt=now - KEEP_FOR).delete()
    return deleted


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
