"""One drive with traffic from TomTom (Routing API version 1, calculateRoute).

https://developer.tomtom.com/routing-api/documentation/tomtom-maps/calculate-route
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.connectors.base import setting
from doorstep.connectors.http import HttpClient, HttpResponse
from doorstep.connectors.travel import traffic
from doorstep.connectors.travel.base import Route
from doorstep.connectors.travel.cells import bad_answer
from doorstep.connectors.travel.paths import points, route
from doorstep.platform.values.geo import Coordinates

# No road between the two, or none near one of them.
_NO_ROAD = ("NO_ROUTE_FOUND", "MAP_MATCHING_FAILURE")
# Its gateway refuses with 403 what others refuse with 429, and says so in the body or a header.
_OVER = "developer over"


@dataclass(frozen=True, slots=True)
class Settings(traffic.Settings):
    base_url: str = setting("Address", default="https://api.tomtom.com")


class TomTom:
    """One key. Traffic is that of the time of departure.

    The key is part of the address, because the service takes it from nowhere else; so the address
    is in no error and in no log.
    """

    settings_class = Settings

    def __init__(
        self,
        settings: Settings,
        *,
        client: HttpClient | None = None,
        now: traffic.Now = traffic.now_utc,
    ) -> None:
        self._settings = settings
        self._client = client or traffic.client_for(settings)
        self._now = now

    def drive(
        self, start: Coordinates, end: Coordinates, departs_at: datetime | None = None
    ) -> Route | None:
        now = self._now()
        places = ":".join(f"{p.latitude:.6f},{p.longitude:.6f}" for p in (start, end))
        question = {
            "key": self._settings.api_key,
            "traffic": "true",
            "travelMode": "car",
            "routeType": "fastest",
            "routeRepresentation": "polyline",
        }
        if (instant := traffic.departure(departs_at, now)) is not None:
            question["departAt"] = instant
        response = self._client.request(
            "GET",
            f"{traffic.address_of(self._settings)}/routing/1/calculateRoute/{places}/json",
            params=question,
        )
        if response.status == 400:
            _check_for_no_road(response)
            return None
        if response.status == 403 and _is_over_quota(response):
            raise traffic.used_up(response, now=now)
        traffic.check_refusal(response, now=now)
        return _read(response.json())

    def check(self) -> str:
        """One sentence for staff about what answered; raises the errors of `drive`."""
        return traffic.try_out(self)


def _read(answer: Any) -> Route:
    try:
        found = answer["routes"][0]
        told = found["summary"]
        path = points(_pairs(found["legs"]))
        return route(told["travelTimeInSeconds"], told["lengthInMeters"], path, has_traffic=True)
    except (LookupError, TypeError) as error:
        raise bad_answer() from error


def _pairs(legs: Any) -> Iterator[tuple[object, object]]:
    for leg in legs:
        for point in leg["points"]:
            yield point["latitude"], point["longitude"]


def _is_over_quota(response: HttpResponse) -> bool:
    header = response.headers.get("x-mashery-error-code", "").replace("_", " ")
    return _OVER in f"{header} {response.body[:1000].decode(errors='replace')}".lower()


def _check_for_no_road(response: HttpResponse) -> None:
    """Pass if it says that no road leads there; raises for any other refusal."""
    answer = response.json()
    try:
        code = str(answer["detailedError"]["code"])
    except (LookupError, TypeError) as error:
        raise bad_answer() from error
    if code not in _NO_ROAD:
        raise traffic.refused_question(code)
