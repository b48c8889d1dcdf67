"""A company on the roads of the small town."""

from pathlib import Path

from doorstep.connectors.travel.roads.build import build_roads
from doorstep.domain.organization.models import Company
from doorstep.domain.organization.models.company import TravelProvider
from tests.doubles.town import small_town
from tests.factories.organization import make_company


def build_town(folder: Path, name: str = "town.roads") -> Path:
    """The road file of the small town, in that folder."""
    extract = small_town().write(folder / "town.osm.pbf")
    build_roads(extract, folder / name)
    return folder / name


def on_roads(file: str = "town.roads", **overrides: object) -> Company:
    return make_company(travel_provider=TravelProvider.ROADS, road_file=file, **overrides)
