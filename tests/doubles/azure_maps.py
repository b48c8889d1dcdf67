"""Azure Maps Route Directions on the grid: GeoJSON in and out."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from doorstep.platform.values.geo import Coordinates
from tests.doubles.grid import path
from tests.doubles.http import Reply, Request, json_reply
from tests.doubles.traffic import KEY, TrafficDouble


class AzureMapsDouble(TrafficDouble):
    knows_traffic = True

    def answer(self, request: Request) -> Reply:
        url = urlsplit(request.path)
        if (request.method, url.path) != ("POST", "/route/directions"):
            return Reply(404)
        if request.headers.get("subscription-key") != KEY:
            return refusal(401, "401 Unauthorized")
        if parse_qs(url.query) != {"api-version": ["2025-01-01"]}:
            return refusal(400, "400 BadRequest")
        question = json.loads(request.body)
        if (
            self.is_past(question.get("departAt"))
            or "routePath" not in (question["routeOutputOptions"])
        ):
            return refusal(400, "400 BadRequest")
        features = sorted(question["features"], key=lambda each: each["properties"]["pointIndex"])
        start, end = (
            Coordinates(latitude, longitude)
            for longitude, latitude in (each["geometry"]["coordinates"] for each in features)
        )
        found = self.drive(start, end)
        if found is None:
            return refusal(400, "400 BadRequest", "Engine error: NO_ROUTE_FOUND")
        seconds, free, metres = found
        told: dict[str, Any] = {
            "type": "RoutePath",
            "distanceInMeters": metres,
            "durationInSeconds": free,
        }
        if self.knows_traffic:
            told["durationTrafficInSeconds"] = seconds
        first, corner, last = ([longitude, latitude] for latitude, longitude in path(start, end))
        line = {"type": "MultiLineString", "coordinates": [[first, corner], [corner, last]]}
        point = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": first},
            "properties": {"type": "Waypoint"},
        }
        return json_reply(
            {
                "type": "FeatureCollection",
                "features": [point, {"type": "Feature", "geometry": line, "properties": told}],
            }
        )


def refusal(status: int, code: str, text: str = f"no: {KEY}") -> Reply:
    """The text repeats what was asked, as texts of services do."""
    return json_reply({"error": {"code": code, "message": text}}, status=status)
