"""One drive with traffic from Azure Maps (Route Directions, version 2025-01-01: GeoJSON).

https://learn.microsoft.com/en-us/rest/api/maps/route/post-route-directions
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

VERSION = "2025-01-01"
# What the engine says where no road leads; the documentation names no code for it.
_NO_ROAD = ("NOROUTE", "NOTROUTABLE")


@dataclass(frozen=True, slots=True)
class Settings(traffic.Settings):
    base_url: str = setting(
        "Address",
        help="Or that of a region: https://eu.atlas.microsoft.com, https://us.atlas.microsoft.com.",
        default="https://atlas.microsoft.com",
    )


class AzureMaps:
    """One subscription key. Traffic is that of the time of departure."""

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
        question: dict[str, Any] = {
            "type": "FeatureCollection",
            "features": [_waypoint(index, place) for index, place in enumerate((start, end))],
            "travelMode": "driving",
            "optimizeRoute": "fastestWithTraffic",
            "routeOutputOptions": ["routePath"],
        }
        if (instant := traffic.departure(departs_at, now)) is not None:
            question["departAt"] = instant
        response = self._client.request(
            "POST",
            f"{traffic.address_of(self._settings)}/route/directions",
            params={"api-version": VERSION},
            json=question,
            # The service takes the key from the address as well; addresses get into logs.
            headers={
                "subscription-key": self._settings.api_key,
                "Content-Type": "application/geo+json",
            },
            repeatable=True,
        )
        if response.status in (400, 404):
            _check_for_no_road(response)
            return None
        traffic.check_refusal(response, now=now)
        return _read(response.json())

    def check(self) -> str:
        """One sentence for staff about what answered; raises the errors of `drive`."""
        return traffic.try_out(self)


def _waypoint(index: int, place: Coordinates) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {"pointIndex": index, "pointType": "waypoint"},
    }


def _read(answer: Any) -> Route:
    try:
        found = next(
            feature
            for feature in answer["features"]
            if feature["properties"].get("type") == "RoutePath"
        )
        told = found["properties"]
        with_traffic = told.get("durationTrafficInSeconds")
        has_traffic = with_traffic is not None
        return route(
            with_traffic if has_traffic else told["durationInSeconds"],
            told["distanceInMeters"],
            points(_pairs(found["geometry"])),
            has_traffic=has_traffic,
        )
    except (LookupError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise bad_answer() from error


def _pairs(geometry: Any) -> Iterator[tuple[object, object]]:
    """Latitudes and longitudes along the lines, without the point where one line meets the next."""
    last = None
    for line in geometry["coordinates"]:
        for longitude, latitude, *_height in line:
            if (latitude, longitude) != last:
                last = (latitude, longitude)
                yield last


def _check_for_no_road(response: HttpResponse) -> None:
    """Pass if it says that no road leads there; raises for any other refusal."""
    answer = response.json()
    try:
        error = answer["error"]
        said = f"{error.get('code', '')} {error.get('message', '')}"
    except (LookupError, TypeError, AttributeError) as failure:
        raise bad_answer() from failure
    plain = "".join(filter(str.isalpha, said)).upper()
    if not any(words in plain for words in _NO_ROAD):
        raise traffic.refused_question(str(error.get("code", "")))
