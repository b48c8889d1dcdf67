"""TomTom's calculateRoute on the grid: the key is in the address, refusals are of two kinds."""

from urllib.parse import parse_qs, urlsplit

from doorstep.platform.values.geo import Coordinates
from tests.doubles.grid import path
from tests.doubles.http import Reply, Request, json_reply
from tests.doubles.traffic import KEY, TrafficDouble


class TomTomDouble(TrafficDouble):
    def answer(self, request: Request) -> Reply:
        url = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        root = "/routing/1/calculateRoute/"
        if request.method != "GET" or not url.path.startswith(root):
            return Reply(404)
        if query.get("key") != KEY:
            return gateway_refusal("Developer Inactive", "ERR_403_DEVELOPER_INACTIVE")
        if query.get("traffic") != "true" or self.is_past(query.get("departAt")):
            return refusal("BAD_INPUT")
        places, _format = url.path.removeprefix(root).split("/")
        start, end = (Coordinates(*map(float, each.split(","))) for each in places.split(":"))
        found = self.drive(start, end)
        if found is None:
            return refusal("NO_ROUTE_FOUND")
        seconds, _free, metres = found
        points = [
            {"latitude": latitude, "longitude": longitude}
            for latitude, longitude in path(start, end)
        ]
        summary = {
            "lengthInMeters": metres,
            "travelTimeInSeconds": seconds,
            "trafficDelayInSeconds": self.jam_s,
        }
        return json_reply(
            {
                "formatVersion": "0.0.12",
                "routes": [{"summary": summary, "legs": [{"summary": summary, "points": points}]}],
            }
        )


def refusal(code: str) -> Reply:
    """The text repeats what was asked, as texts of services do."""
    error = {"code": code, "message": f"no: {KEY}"}
    return json_reply({"formatVersion": "0.0.12", "detailedError": error}, status=400)


def gateway_refusal(text: str, code: str) -> Reply:
    """What stands before the service answers in HTML."""
    return Reply(403, f"<h1>{text}</h1>".encode(), {"X-Mashery-Error-Code": code})
