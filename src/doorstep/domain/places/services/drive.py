"""One drive from a position to a place: how long, how far, and along which roads.

Asked in this order, within two seconds: the company's account with a service that knows the
traffic; its provider of travel times, as plans use it; and when no service answers, or none knows
a road, the straight line by the company's settings (reliability reference 2f).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from doorstep.connectors.base import ConnectorError
from doorstep.connectors.registry import build
from doorstep.connectors.travel.base import Drives, Route
from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.turns import Turns
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.organization.models.company import Company, TravelProvider
from doorstep.domain.organization.selectors import get_company
from doorstep.engine import StraightLine
from doorstep.platform.values.geo import Coordinates

from ..road_files import road_path
from ..traffic import build_traffic_service, find_traffic_account, note_outcome, take_turn

# Kept for the company's own server when the traffic service does not answer.
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
    account = find_traffic_account()
    turns = _turns(_key_of(account), _provider_of(company))
    # An allowance that is used up is no failure: the next in turn knows the road at least.
    is_spared = account is not None and not take_turn(account)
    but = {account.connector} if account is not None and is_spared else set()

    def question(service: Drives) -> Route | None:
        return service.drive(start, end, departs_at)

    for outcome in turns.ask(question, but=but):
        if account is not None and outcome.name == account.connector:
            note_outcome(account, outcome.error)
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


# --- Who is asked ----------------------------------------------------------------------------

# An account's connector and stored settings; a provider's name and its settings.
_Key = tuple[str, str]
_Provider = tuple[str, tuple[tuple[str, object], ...]]


def _key_of(account: ConnectorAccount | None) -> _Key | None:
    return None if account is None else (account.connector, account.settings_encrypted)


def _provider_of(company: Company) -> _Provider | None:
    """None where the company's own provider is the straight line, or is not set up."""
    provider = company.travel_provider
    if provider == TravelProvider.ROADS:
        try:
            path = road_path(company)
        except BadRoadFile:
            # Said in the office.
            return None
        settings = {
            "file": str(path),
            "hours": company.road_hours,
            "traffic": company.road_traffic,
            "zone": company.time_zone,
        }
        return provider, tuple(settings.items())
    if provider == TravelProvider.STRAIGHT_LINE or not company.travel_provider_url:
        return None
    return provider, (("base_url", company.travel_provider_url),)


class _Unusable:
    """Stands for a service whose settings are of no use: says so whenever it is asked."""

    def __init__(self, error: ConnectorError) -> None:
        self._error = error

    def drive(
        self,
        start: Coordinates,  # noqa: ARG002 - the protocol has them
        end: Coordinates,  # noqa: ARG002
        departs_at: datetime | None = None,  # noqa: ARG002
    ) -> Route | None:
        raise self._error


@lru_cache(maxsize=8)
def _turns(key: _Key | None, provider: _Provider | None) -> Turns[Drives]:
    # Kept, because it remembers failures and rests a service that has too many.
    services: list[tuple[str, Drives]] = []
    if key is not None:
        services.append((key[0], _traffic(*key)))
    if provider is not None:
        name, settings = provider
        service = build("travel", name, dict(settings))
        if isinstance(service, Drives):
            services.append((name, service))
    return Turns(services, reserve_s=RESERVE_S)


def _traffic(connector: str, settings_encrypted: str) -> Drives:
    try:
        return build_traffic_service(connector, settings_encrypted)
    except ConnectorError as error:
        return _Unusable(error)


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
