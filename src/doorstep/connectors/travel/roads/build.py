"""From a map extract, or from streets made otherwise, to a road file."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from doorstep.connectors.travel.roads.errors import BadExtract
from doorstep.connectors.travel.roads.extract import PER_DEGREE, read_extract
from doorstep.connectors.travel.roads.file import write_road_file
from doorstep.connectors.travel.roads.hierarchy import build_hierarchy
from doorstep.connectors.travel.roads.packed import Array
from doorstep.connectors.travel.roads.profiles import NAMES
from doorstep.connectors.travel.roads.snapping import build_cells
from doorstep.connectors.travel.roads.streets import Streets, cut

Tell = Callable[[str], None]


def build_roads(
    extract: Path, output: Path, *, country: str = "", tell: Tell = lambda _text: None
) -> None:
    """Read `extract`, write `output`; `tell` hears of each step. Raises BadExtract, OSError."""
    tell(f"Reading {extract}")
    ways = read_extract(extract, country=country)
    try:
        streets = cut(ways)
    except ValueError as error:
        raise BadExtract(extract, f"{error}. Choose an extract with roads.") from error
    tell(f"Ordering {len(streets.latitude):,} crossings, {len(streets.tail):,} roads")
    write_streets(streets, output, source=extract.name, country=country)


def write_streets(streets: Streets, output: Path, *, source: str, country: str = "") -> None:
    """Make the hierarchy of these streets and write the file."""
    hierarchy = build_hierarchy(
        streets.latitude / PER_DEGREE, streets.longitude / PER_DEGREE, *streets.arcs()
    )
    cells = build_cells(streets)
    renumbered = np.argsort(hierarchy.number)
    columns: dict[str, Array] = {
        "node_latitude": streets.latitude[renumbered].astype(np.int32),
        "node_longitude": streets.longitude[renumbered].astype(np.int32),
        "node_parent": hierarchy.parent.astype(np.int32),
        "levels": hierarchy.levels,
        "first": hierarchy.first,
        "head": hierarchy.head.astype(np.int32),
        "up": hierarchy.up,
        "down": hierarchy.down,
        "road_tail": hierarchy.number[streets.tail].astype(np.int32),
        "road_head": hierarchy.number[streets.head].astype(np.int32),
        "road_length_m": streets.length_m,
        "road_network": streets.network.astype(np.int32),
        "road_forward": streets.forward,
        "road_backward": streets.backward,
        "segment_road": cells.road.astype(np.int32),
        "segment_at_m": cells.at_m.astype(np.float32),
        "segment_ends": cells.ends.astype(np.int32),
        "cell_first": cells.first,
        "cell_segment": cells.segment.astype(np.int32),
    }
    write_road_file(
        output,
        about={
            "source": source,
            "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "country": country,
            "profiles": NAMES,
            "crossings": len(streets.latitude),
            "roads": len(streets.tail),
            "road_km": round(float(streets.length_m.sum()) / 1000, 1),
            "arcs": len(hierarchy.head),
            "south": streets.latitude.min() / PER_DEGREE,
            "north": streets.latitude.max() / PER_DEGREE,
            "west": streets.longitude.min() / PER_DEGREE,
            "east": streets.longitude.max() / PER_DEGREE,
            "cells": cells.grid.as_data(),
        },
        columns=columns,
    )
