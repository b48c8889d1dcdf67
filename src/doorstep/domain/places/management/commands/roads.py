"""`doorstep roads`: make a road file of a map extract, look into one, and try a drive."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from doorstep.connectors.travel.roads.build import build_roads
from doorstep.connectors.travel.roads.errors import RoadsError
from doorstep.connectors.travel.roads.opened import open_roads
from doorstep.connectors.travel.roads.profiles import NAMES
from doorstep.connectors.travel.roads.provider import Roads, Settings
from doorstep.connectors.travel.roads.tags import LIMITS
from doorstep.platform.values.geo import Coordinates

from ...road_files import roads_folder

_SUFFIXES = (".osm.pbf", ".pbf", ".osm.bz2", ".osm.gz", ".osm")


class Command(BaseCommand):
    help = "Build, describe and try the file of the built-in road engine."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        build = commands.add_parser("build", help="make a road file of an OpenStreetMap extract")
        build.add_argument("extract", type=Path, help="such as city.osm.pbf")
        build.add_argument("--output", type=Path, help="default: <extract>.roads among road files")
        build.add_argument(
            "--country",
            default="",
            choices=LIMITS,
            metavar="CC",
            type=str.upper,
            help="whose speed limits hold where no sign is mapped (two letters)",
        )
        info = commands.add_parser("info", help="say what a road file holds")
        info.add_argument("file", type=Path)
        info.add_argument("--json", action="store_true")
        route = commands.add_parser("route", help="time and length of a drive, there and back")
        route.add_argument("file", type=Path)
        route.add_argument("--from", dest="start", required=True, type=_point, metavar="LAT,LON")
        route.add_argument("--to", dest="end", required=True, type=_point, metavar="LAT,LON")
        route.add_argument("--at", type=_instant, help="local time, such as 2026-11-23T08:00")
        route.add_argument("--json", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            match options["command"]:
                case "build":
                    self._build(options["extract"], options["output"], options["country"])
                case "info":
                    self._info(options["file"], as_json=options["json"])
                case _:
                    self._route(options)
        except RoadsError as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            what = error.strerror or str(error)
            raise CommandError(f"{error.filename or ''}: {what}", returncode=2) from error

    def _build(self, extract: Path, output: Path | None, country: str) -> None:
        if output is None:
            output = roads_folder() / f"{_stem(extract)}.roads"
        build_roads(extract, output, country=country, tell=self.stdout.write)
        self.stdout.write(f"Wrote {output}")
        self._info(output, as_json=False)

    def _info(self, path: Path, *, as_json: bool) -> None:
        roads = open_roads(path)
        about = dict(roads.about)
        if as_json:
            self.stdout.write(json.dumps({"file": str(path), "bytes": roads.file.size} | about))
            return
        self.stdout.write(
            f"{path}, {roads.file.size / 1e6:.1f} MB, version {about['version']}\n"
            f"  of {about['source']}, built {about['built_at']}, "
            f"limits of {about['country'] or 'no particular country'}\n"
            f"  {about['crossings']:,} crossings, {about['roads']:,} roads, "
            f"{about['road_km']:,} km\n"
            f"  from {about['south']:.4f},{about['west']:.4f} "
            f"to {about['north']:.4f},{about['east']:.4f}"
        )

    def _route(self, options: dict[str, Any]) -> None:
        start, end, at = options["start"], options["end"], options["at"]
        drives = [
            {
                "traffic": hours,
                "there": _drive(options["file"], hours, start, end, at),
                "back": _drive(options["file"], hours, end, start, at),
            }
            for hours in (("at that time",) if at else NAMES)
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"drives": drives}))
            return
        for drive in drives:
            there, back = _words(drive["there"]), _words(drive["back"])
            self.stdout.write(f"{drive['traffic']:<12}  {there}; back {back}")


def _drive(
    file: Path, hours: str, start: Coordinates, end: Coordinates, at: datetime | None
) -> dict[str, Any] | None:
    settings = Settings(str(file), hours=NAMES[0] if at else hours)
    found = Roads(settings).open(at).reach(start, [end], is_return=False)
    if found.seconds[0] < 0:
        return None
    return {"seconds": int(found.seconds[0]), "metres": round(float(found.metres[0]))}


def _words(drive: Any) -> str:
    if drive is None:
        return "no road leads there"
    return f"{drive['seconds'] / 60:.1f} min, {drive['metres'] / 1000:.2f} km"


def _stem(extract: Path) -> str:
    name = extract.name
    return next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), name)


def _point(text: str) -> Coordinates:
    latitude, _comma, longitude = text.partition(",")
    try:
        return Coordinates(float(latitude), float(longitude))
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not latitude,longitude in degrees") from error


def _instant(text: str) -> datetime:
    try:
        # The default zone of the engine, so that the hour is looked up as it was typed.
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a time such as 2026-11-23T08:00") from error
