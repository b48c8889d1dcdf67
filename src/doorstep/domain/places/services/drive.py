"""One drive from a position to a place: how long, how far, and along which roads.

Asked in this order, within two seconds: the company's provider of travel times; and when no
service answers, the straight line by the company's settings (reliability reference 2f).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from doorstep.connectors.registry import build
from doorstep.connectors.travel.base import Drives, Route
from doorstep.connectors.travel.turns import Turns
from doorstep.domain.organization.models.company import Company, TravelProvider
from doorstep.domain.organization.selectors import get_company
from doorstep.engine import StraightLine
from doorstep.platform.values.geo import Coordinates

# Kept for the company's own server when a traffic service does not answer.
RESERVE_S = 0.5


@dataclass(frozen=True, slots=True)
class Drive:
    """`path` is empty where the source does not tell its roads, and two points when estimated.

    `source` names the connector that answered. `has_traffic` says that the seconds are those of
    the traffic at the time of departure; `is_estimated` that no road was looked at ("about").
    """

    seconds: int
    metres: float
    path: tuple[Coordinates, ...]
    source: str
    has_traffic: bool
    is_estimated: bool


def estimate_drive(
    *,
    start: Coordinates,
    end: Coordinates,
    departs_at: datetime,
    company: Company | None = None,
) -> Drive:
    """The drive that leaves at `departs_at`. Never raises for a service; at most two seconds.

    A service's seconds are those on the road; the straight line has the company's extra seconds
    per trip in it, as it has in plans. `company` is for who has read it already.

    Nothing is kept for the next call: a technician under way asks from a new position each time,
    the traffic of some minutes ago is what nobody wants to know, and the services' terms forbid
    it. The caller limits how often it asks. Call it outside of transactions: it waits for others.
    """
    company = company or get_company()

    def question(service: Drives) -> Route | None:
        return service.drive(start, end, departs_at)

    for outcome in _turns(_services(company)).ask(question):
        if (route := outcome.answer) is not None:
            return Drive(
                seconds=route.seconds,
                metres=route.metres,
                path=route.path,
                source=outcome.name,
                has_traffic=route.has_traffic,
                is_estimated=False,
            )
    return _straight(company, start, end)


_Named = tuple[str, str, tuple[tuple[str, object], ...]]


def _services(company: Company) -> tuple[_Named, ...]:
    """Kind, name and settings of what is to be asked."""
    provider, url = company.travel_provider, company.travel_provider_url
    if provider in (TravelProvider.OSRM, TravelProvider.VALHALLA) and url:
        return (("travel", provider, (("base_url", url),)),)
    return ()


@lru_cache(maxsize=8)
def _turns(services: Sequence[_Named]) -> Turns[Drives]:
    # Kept, because it remembers failures and rests a service that has too many.
    built = [(name, build("travel", name, dict(values))) for _kind, name, values in services]
    return Turns(
        [(name, service) for name, service in built if isinstance(service, Drives)],
        reserve_s=RESERVE_S,
    )


def _straight(company: Company, start: Coordinates, end: Coordinates) -> Drive:
    line = StraightLine(
        detour_factor=company.detour_factor,
        speed_kmh=company.travel_speed_kmh,
        fixed_s=company.travel_extra_seconds,
    )
    return Drive(
        seconds=line.seconds(start, end),
        metres=line.metres(start, end),
        path=(start, end),
        source=TravelProvider.STRAIGHT_LINE,
        has_traffic=False,
        is_estimated=True,
    )
