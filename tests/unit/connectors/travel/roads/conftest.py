from pathlib import Path

import pytest

from doorstep.connectors.travel.roads.build import build_roads
from doorstep.connectors.travel.roads.road_map import RoadMap
from tests.doubles.town import small_town


@pytest.fixture(scope="session")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The road file of the small town."""
    folder = tmp_path_factory.mktemp("town")
    extract = small_town().write(folder / "town.osm.pbf")
    build_roads(extract, folder / "town.roads", country="GB")
    return folder / "town.roads"


@pytest.fixture(scope="session")
def town(town_file: Path) -> RoadMap:
    return RoadMap(town_file)
