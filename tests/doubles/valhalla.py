"""A Valhalla server on the grid, with its limits and its way of refusing."""

import json

import polyline

from doorstep.platform.values.geo import Coordinates
from tests.doubles.grid import drive, path
from tests.doubles.http import HttpDouble, Reply, Request, json_reply


class ValhallaDouble(HttpDouble):
    max_pairs = 2500

    def answer(self, request: Request) -> Reply:
        try:
            question = json.loads(request.body)
            if request.path == "/route":
                return route(*[Coordinates(p["lat"], p["lon"]) for p in question["locations"]])
            sources = [Coordinates(p["lat"], p["lon"]) for p in question["sources"]]
            targets = [Coordinates(p["lat"], p["lon"]) for p in question["targets"]]
        except (ValueError, LookupError, TypeError):
            return refusal(100, "Failed to parse json request")
        if len(sources) * len(targets) > self.max_pairs:
            return refusal(150, "Exceeded max locations")
        cells = [[drive(source, target) for target in targets] for source in sources]
        if not any(cell for row in cells for cell in row):
            return refusal(442, "No path could be found for input")
        return json_reply(
            {
                "units": "kilometers",
                "sources_to_targets": [
                    [
                        {
                            "from_index": from_index,
                            "to_index": to_index,
                            "time": cell and cell[0],
                            "distance": cell and cell[1] / 1000,
                        }
                        for to_index, cell in enumerate(row)
                    ]
                    for from_index, row in enumerate(cells)
                ],
            }
        )


def route(start: Coordinates, end: Coordinates) -> Reply:
    found = drive(start, end)
    if found is None:
        return refusal(442, "No path could be found for input")
    seconds, metres = found
    summary = {"time": seconds, "length": metres / 1000}
    shape = polyline.encode(path(start, end), 6)
    return json_reply(
        {
            "trip": {
                "summary": summary,
                "legs": [{"summary": summary, "shape": shape}],
                "units": "kilometers",
                "status": 0,
            }
        }
    )


def refusal(code: int, text: str) -> Reply:
    return json_reply({"error_code": code, "error": text, "status_code": 400}, status=400)
