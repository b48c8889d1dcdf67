"""Where road files lie, and what is wrong with the one the company has chosen."""

from pathlib import Path

from django.conf import settings

from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.roads.opened import open_roads
from doorstep.domain.organization.models.company import Company, TravelProvider


def roads_folder() -> Path:
    """The folder of road files; the company names a file in it, and no other."""
    return Path(settings.DOORSTEP_ROADS)


def road_path(company: Company) -> Path:
    """Raises BadRoadFile for anything but the name of a file in the folder."""
    name = company.road_file
    if name != Path(name).name or name.startswith("."):
        raise BadRoadFile(Path(name), "Give a file name, not a path.")
    return roads_folder() / name


def road_file_problem(company: Company) -> str:
    """Why the chosen road file cannot be used; empty if it can, or no roads are asked for."""
    if company.travel_provider != TravelProvider.ROADS:
        return ""
    if not company.road_file:
        return "No road file is chosen. Make one: doorstep roads build EXTRACT.osm.pbf"
    try:
        open_roads(road_path(company))
    except BadRoadFile as error:
        return str(error)
    return ""
