"""From a map extract to roads between crossings."""

from pathlib import Path

import numpy as np
import pytest

from doorstep.connectors.travel.roads.errors import BadExtract
from doorstep.connectors.travel.roads.extract import read_extract
from doorstep.connectors.travel.roads.packed import FAR
from doorstep.connectors.travel.roads.streets import NOWHERE, Streets, cut
from doorstep.platform.values.geo import distance_m
from tests.doubles.town import TownMap, at, small_town


def streets_of(town: TownMap, folder: Path) -> Streets:
    return cut(read_extract(town.write(folder / "town.osm.pbf")))


def loop(*, size: float = 1.0) -> TownMap:
    """A square of streets that everything else can hang on."""
    town = TownMap()
    corners = [(0.0, 0.0), (0.0, size), (size, size), (size, 0.0), (0.0, 0.0)]
    town.way(*corners, highway="residential")
    return town


def test_a_way_is_cut_at_its_crossings_only(tmp_path: Path) -> None:
    town = TownMap()
    town.way((0, 0), (0, 1), (0, 2), (0, 3), highway="residential")
    town.way((0, 2), (1, 2), highway="residential")

    streets = streets_of(town, tmp_path)

    assert len(streets.latitude) == 4
    assert len(streets.tail) == 3
    assert sorted(streets.length_m)[-1] == pytest.approx(distance_m(at(0, 0), at(0, 2)), rel=1e-4)


def test_a_ring_of_one_way_keeps_its_whole_length(tmp_path: Path) -> None:
    streets = streets_of(loop(), tmp_path)

    assert streets.length_m.sum() == pytest.approx(
        2 * (distance_m(at(0, 0), at(0, 1)) + distance_m(at(0, 0), at(1, 0))), rel=1e-3
    )


def test_a_street_without_a_way_back_is_left_out(tmp_path: Path) -> None:
    town = loop()
    town.way((1, 1), (3, 3), highway="residential", oneway="yes")

    length_m = streets_of(town, tmp_path).length_m.sum()
    assert length_m == pytest.approx(streets_of(loop(), tmp_path).length_m.sum())


def test_a_network_without_a_bridge_is_marked(tmp_path: Path) -> None:
    streets = streets_of(small_town(), tmp_path)

    marked = streets.segment_road == NOWHERE
    assert marked.sum() == 4
    assert (streets.segment_longitude[marked] / 1e7 > at(0, 30).longitude).all()


def test_a_large_network_of_its_own_is_kept(tmp_path: Path) -> None:
    town = loop(size=30)
    corners = [(0.0, 100.0), (0.0, 130.0), (30.0, 130.0), (30.0, 100.0), (0.0, 100.0)]
    town.way(*corners, highway="residential")

    streets = streets_of(town, tmp_path)

    assert streets.length_m.sum() > 40_000
    assert NOWHERE not in streets.segment_road


def test_a_bollard_cuts_the_street(tmp_path: Path) -> None:
    town = loop(size=30)
    town.way((0, 0), (10, 10), (30, 30), highway="residential")
    town.node((10, 10), barrier="bollard")

    streets = streets_of(town, tmp_path)

    here = np.isclose(streets.latitude / 1e7, at(10, 10).latitude)
    assert here.sum() == 2


def test_points_outside_the_extract_are_left_out(tmp_path: Path) -> None:
    town = loop()
    town._ways[0][0].append(999)

    assert len(read_extract(town.write(tmp_path / "town.osm.pbf")).ids) == 5


def test_a_closed_direction_is_far_away_in_every_profile(tmp_path: Path) -> None:
    streets = streets_of(small_town(), tmp_path)

    one_way = streets.backward[0] >= FAR
    assert one_way.any()
    assert (streets.backward[:, one_way] >= FAR).all()
    assert (streets.forward < FAR).all()


def broken(folder: Path, data: bytes) -> Path:
    path = folder / "broken.osm.pbf"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("how", ["cut off", "empty", "text", "damaged", "missing"])
def test_a_broken_extract_is_named_and_what_to_do(tmp_path: Path, how: str) -> None:
    data = small_town().write(tmp_path / "town.osm.pbf").read_bytes()
    path = {
        "cut off": lambda: broken(tmp_path, data[: len(data) // 2]),
        "empty": lambda: broken(tmp_path, b""),
        "text": lambda: broken(tmp_path, b"<html>Not found</html>" * 20),
        "damaged": lambda: broken(tmp_path, data[:-40] + bytes(20) + data[-20:]),
        "missing": lambda: tmp_path / "broken.osm.pbf",
    }[how]()

    with pytest.raises(BadExtract, match=r"broken\.osm\.pbf: .*(Download it again|Give the path)"):
        read_extract(path)


def test_an_extract_without_roads_makes_no_streets(tmp_path: Path) -> None:
    town = TownMap()
    town.way((0, 0), (0, 1), highway="footway")

    with pytest.raises(ValueError, match="no drivable ways"):
        streets_of(town, tmp_path)
