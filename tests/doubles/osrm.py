"""An OSRM table service on the grid: null cells, refusals and limits as the real one has them."""

from urllib.parse import parse_qs, urlsplit

from doorstep.platform.values.geo import Coordinates
from tests.doubles.grid import drive
from tests.doubles.http import HttpDouble, Reply, Request, json_reply


class OsrmDouble(HttpDouble):
    max_table_size = 100

    def answer(self, request: Request) -> Reply:
        path, query = urlsplit(request.path).path, parse_qs(urlsplit(request.path).query)
        *_service, text = path.split("/")
        try:
            pairs = [tuple(map(float, pair.split(","))) for pair in text.split(";")]
            points = [Coordinates(latitude, longitude) for longitude, latitude in pairs]
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


def refusal(code: str) -> Reply:
    return json_reply({"code": code, "message": f"refused: {code}"}, status=400)
