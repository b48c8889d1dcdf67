"""An OSRM server on the grid: null cells, refusals and limits as the real one has them."""

from urllib.parse import parse_qs, urlsplit

import polyline

from doorstep.platform.values.geo import Coordinates
from tests.doubles.grid import drive, path
from tests.doubles.http import HttpDouble, Reply, Request, json_reply


class OsrmDouble(HttpDouble):
    max_table_size = 100

    def answer(self, request: Request) -> Reply:
        url = urlsplit(request.path)
        query = parse_qs(url.query)
        _root, service, _version, _profile, text = url.path.split("/")
        try:
            pairs = [tuple(map(float, pair.split(","))) for pair in text.split(";")]
            points = [Coordinates(latitude, longitude) for longitude, latitude in pairs]
            if service == "route":
                return route(*points, query["geometries"][0])
            sources = [points[int(n)] for n in query["sources"][0].split(";")]
            targets = [points[int(n)] for n in query["destinations"][0].split(";")]
        except (ValueError, LookupError):
            return refusal("InvalidQuery")
        if len(points) > self.max_table_size:
            return refusal("TooBig")
        cells = [[drive(source, target) for target in targets] for source in sources]
        if not any(cell for row in cells for cell in row):
            return refusal("NoTable")
        return json_reply(
            {
                "code": "Ok",
                "durations": [[cell and cell[0] for cell in row] for row in cells],
                "distances": [[cell and cell[1] for cell in row] for row in cells],
            }
        )


def route(start: Coordinates, end: Coordinates, geometries: str) -> Reply:
    found = drive(start, end)
    if found is None:
        return refusal("NoRoute")
    decimals = {"polyline": 5, "polyline6": 6}[geometries]
    seconds, metres = found
    return json_reply(
        {
            "code": "Ok",
            "routes": [
                {
                    "duration": seconds,
                    "distance": metres,
                    "geometry": polyline.encode(path(start, end), decimals),
                }
            ],
        }
    )


def refusal(code: str) -> Reply:
    return json_reply({"code": code, "message": f"refused: {code}"}, status=400)
