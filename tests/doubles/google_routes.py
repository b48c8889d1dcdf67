"""Google Routes on the grid: the field mask is obeyed, zero is left out, and no road is nothing."""

import json
from typing import Any

import polyline

from tests.doubles.grid import path
from tests.doubles.http import Reply, Request, json_reply
from tests.doubles.traffic import KEY, TrafficDouble, place


class GoogleRoutesDouble(TrafficDouble):
    falls_back = False

    def answer(self, request: Request) -> Reply:
        if (request.method, request.path) != ("POST", "/directions/v2:computeRoutes"):
            return Reply(404)
        if request.headers.get("x-goog-api-key") != KEY:
            return refusal(400, "INVALID_ARGUMENT", "API_KEY_INVALID")
        mask = request.headers.get("x-goog-fieldmask", "")
        if not mask:
            return refusal(400, "INVALID_ARGUMENT")
        question = json.loads(request.body)
        if self.is_past(question.get("departureTime")):
            return refusal(400, "INVALID_ARGUMENT")
        if question["routingPreference"] != "TRAFFIC_AWARE" or question["travelMode"] != "DRIVE":
            return refusal(400, "INVALID_ARGUMENT")
        start, end = (
            place(question[name]["location"]["latLng"]) for name in ("origin", "destination")
        )
        found = self.drive(start, end)
        if found is None:
            return json_reply({})
        seconds, free, metres = found
        route: dict[str, Any] = {"duration": f"{free if self.falls_back else seconds}s"}
        if metres:
            route["distanceMeters"] = metres
        route["polyline"] = {"encodedPolyline": polyline.encode(path(start, end), 5)}
        masked = {name for name in route if f"routes.{name}" in mask}
        answer: dict[str, Any] = {"routes": [{name: route[name] for name in masked}]}
        if self.falls_back and "fallbackInfo" in mask:
            answer["fallbackInfo"] = {"routingMode": "FALLBACK_TRAFFIC_UNAWARE"}
        return json_reply(answer)


def refusal(code: int, status: str, reason: str = "") -> Reply:
    """The text repeats what was asked, as texts of services do."""
    error: dict[str, Any] = {"code": code, "message": f"no: {KEY}", "status": status}
    if reason:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": reason, "domain": "googleapis.com"}]
    return json_reply({"error": error}, status=code)
