"""An invented town for the road engine: a grid of streets with arterials, as ways of a map."""

import numpy as np

from doorstep.connectors.travel.roads.extract import Ways
from doorstep.connectors.travel.roads.tags import Drive, RoadClass

SOUTH, WEST = 48.1, 11.4
METRES, METRES_PER_DEGREE, METRES_PER_DEGREE_EAST = 60_000, 111_195, 74_000
PER_DEGREE = 10_000_000
EVERY, MISSING = 10, 0.08


def street_grid(size: int, *, seed: int = 0) -> Ways:
    """`size` × `size` crossings on 60 × 60 km. Every tenth street is an arterial, of the others
    8 % of the pieces are missing; speeds differ by piece and direction."""
    random = np.random.default_rng(seed)
    step = METRES / size
    north, east = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    shift = random.normal(0, step / 8, (2, size, size))
    latitude = SOUTH + (north * step + shift[0]) / METRES_PER_DEGREE
    longitude = WEST + (east * step + shift[1]) / METRES_PER_DEGREE_EAST
    points = [
        (number, round(lat * PER_DEGREE), round(lon * PER_DEGREE))
        for number, (lat, lon) in enumerate(zip(latitude.flat, longitude.flat, strict=True))
    ]
    ways = Ways()
    for line in range(size):
        for at in range(size - 1):
            for here, there in (
                (line * size + at, line * size + at + 1),
                (at * size + line, at * size + line + size),
            ):
                is_arterial = line % EVERY == 0
                if is_arterial or random.random() > MISSING:
                    kmh = (57.6 if is_arterial else 28.8) / random.uniform(0.9, 1.3, 2)
                    road_class = RoadClass.MAIN if is_arterial else RoadClass.LOCAL
                    drive = Drive(road_class, float(kmh[0]), float(kmh[1]), has_doors=True)
                    ways.add(drive, [points[here], points[there]])
    return ways
