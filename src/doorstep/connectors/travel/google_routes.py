"""One drive with traffic from Google Routes (computeRoutes).

https://developers.google.com/maps/documentation/routes/reference/rest/v2/TopLevel/computeRoutes
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorstep.connectors.base import setting
from doorstep.connectors.http import HttpClient, HttpResponse
from doorstep.connectors.travel import traffic
from doorstep.connectors.travel.base import Route
from doorstep.connectors.travel.cells import bad_answer
from doorstep.connectors.travel.paths import decode, route
from doorstep.platform.values.geo import Coordinates

# The service wants to be told what to answer, and bills by it.
FIELDS = "routes.duration,routes.distanceMeters,fallbackInfo.routingMode"
PATH = "routes.polyline.encodedPolyline"
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")
# https://cloud.google.com/apis/design/errors and google/api/error_reason.proto
_KEY_REASONS = ("API_KEY_", "SERVICE_DISABLED", "BILLING_DISABLED", "CONSUMER_")


@dataclass(frozen=True, slots=True)
class Settings(traffic.Settings):
    base_url: str = setting("Address", default="https://routes.googleapis.com")
    wants_path: bool = setting(
        "Draw its route on our map",
        help="Google’s usual terms allow its routes on Google’s maps only. Off: times alone.",
        default=False,
    )


class GoogleRoutes:
    """One key. Traffic is that of the time of departure."""

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
            "origin": _waypoint(start),
            "destination": _waypoint(end),
            "travelMode": "DRIVE",
            "routingPreference": "TRAFFIC_AWARE",
        }
        if (instant := traffic.departure(departs_at, now)) is not None:
            question["departureTime"] = instant
        response = self._client.request(
            "POST",
            f"{traffic.address_of(self._settings)}/directions/v2:computeRoutes",
            json=question,
            headers={
                "X-Goog-Api-Key": self._settings.api_key,
                "X-Goog-FieldMask": f"{FIELDS},{PATH}" if self._settings.wants_path else FIELDS,
            },
            repeatable=True,
        )
        if response.status == 400:
            raise _refusal(response)
        traffic.check_refusal(response, now=now)
        return _read(response.json(), has_path=self._settings.wants_path)

    def check(self) -> str:
        """One sentence for staff about what answered; raises the errors of `drive`."""
        return traffic.try_out(self)


def _waypoint(place: Coordinates) -> dict[str, Any]:
    return {"location": {"latLng": {"latitude": place.latitude, "longitude": place.longitude}}}


def _read(answer: Any, *, has_path: bool) -> Route | None:
    # Without a road the answer is an empty object.
    if answer == {}:
        return None
    try:
        found = answer["routes"][0]
        duration = _DURATION.fullmatch(found["duration"])
        path = decode(found["polyline"]["encodedPolyline"], decimals=5) if has_path else ()
        # Zero is left out, as protocol buffers do; so is the traffic when it could not be had.
        metres = found.get("distanceMeters", 0)
        has_traffic = "fallbackInfo" not in answer
    except (LookupError, TypeError, AttributeError) as error:
        raise bad_answer() from error
    if duration is None:
        raise bad_answer()
    return route(float(duration[1]), metres, path, has_traffic=has_traffic)


def _refusal(response: HttpResponse) -> Exception:
    """A wrong key is a bad request to Google, told apart by its reason."""
    answer = response.json()
    try:
        status = str(answer["error"].get("status", ""))
        details = answer["error"].get("details", [])
        reasons = [str(each["reason"]) for each in details if "reason" in each]
    except (LookupError, TypeError, AttributeError) as error:
        raise bad_answer() from error
    for reason in reasons:
        if reason.startswith(_KEY_REASONS):
            return traffic.refused_key(reason)
    return traffic.refused_question(reasons[0] if reasons else status)
