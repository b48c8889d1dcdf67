"""`doorstep roads`: build, look, try; and what it says when something is wrong."""

import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from doorstep.connectors.travel.roads.file import VERSION
from tests.doubles.town import at, small_town

from .roads import build_town

HOME, SHOP, ISLAND = at(1, 0), at(1, 3), at(3, 40)


def point(name: str) -> str:
    place = {"home": HOME, "shop": SHOP, "island": ISLAND}[name]
    return f"{place.latitude},{place.longitude}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extract of the small town, its road file, and several that are none."""
    folder = tmp_path_factory.mktemp("roads")
    good = build_town(folder).read_bytes()
    (folder / "nonsense.osm.pbf").write_bytes(b"<html>Moved</html>" * 50)
    (folder / "cut.roads").write_bytes(good[: len(good) // 2])
    (folder / "old.roads").write_bytes(good[:8] + bytes(4) + good[12:])
    paths = small_town()
    paths._ways = [(nodes, {"highway": "path"}) for nodes, _tags in paths._ways]
    paths.write(folder / "paths.osm.pbf")
    return folder


@pytest.fixture(autouse=True)
def _in_the_folder(folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DOORSTEP_ROADS = folder / "var" / "roads"
    monkeypatch.chdir(folder)


def roads(*arguments: str) -> str:
    output = StringIO()
    call_command("roads", *arguments, stdout=output)
    return output.getvalue()


def test_a_file_is_built_among_the_road_files_and_described(folder: Path) -> None:
    printed = roads("build", "town.osm.pbf", "--country", "gb")

    assert (folder / "var" / "roads" / "town.roads").is_file()
    assert re.search(r"\d+ crossings, \d+ roads", printed)
    assert "limits of GB" in printed


def test_a_description_can_be_read_by_a_program() -> None:
    found = json.loads(roads("info", "town.roads", "--json"))

    assert found["version"] == VERSION
    assert found["source"] == "town.osm.pbf"


def test_the_output_goes_where_it_is_told(folder: Path) -> None:
    roads("build", "town.osm.pbf", "--output", "elsewhere/mine.roads")

    assert (folder / "elsewhere" / "mine.roads").is_file()


def route(start: str, end: str, *more: str) -> str:
    return roads("route", "town.roads", "--from", point(start), "--to", point(end), *more)


def test_a_drive_is_tried_in_every_traffic() -> None:
    drives = json.loads(route("home", "shop", "--json"))["drives"]

    assert [drive["traffic"] for drive in drives] == ["free", "day", "rush"]
    assert drives[0]["there"]["seconds"] < drives[2]["there"]["seconds"]


def test_a_drive_at_an_hour_has_the_traffic_of_that_hour() -> None:
    early, late = (
        json.loads(route("home", "shop", "--at", f"2026-11-23T{hour}", "--json"))["drives"][0]
        for hour in ("03:00", "08:00")
    )

    assert late["there"]["seconds"] > early["there"]["seconds"]


def test_where_no_road_leads_it_says_so() -> None:
    assert "no road leads there" in route("home", "island")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["build", "none.osm.pbf"], "none.osm.pbf: there is no such file"),
        (["build", "nonsense.osm.pbf"], "nonsense.osm.pbf: this is not a readable map extract"),
        (["build", "paths.osm.pbf"], "paths.osm.pbf: there are no drivable ways"),
        (["build", "town.osm.pbf", "--output", "/proc/no/file.roads"], "/proc/no"),
        (["info", "none.roads"], "none.roads: there is no such file"),
        (["info", "nonsense.osm.pbf"], "nonsense.osm.pbf: this is not a road file"),
        (["info", "cut.roads"], "cut.roads: it is cut off"),
        (["info", "old.roads"], "old.roads: it was written by an older version"),
        (["route", "cut.roads", "--from", "53,-2", "--to", "53,-2"], "cut.roads: it is cut off"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=re.escape(says)) as told:
        roads(*arguments)

    assert told.value.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["build", "town.osm.pbf", "--country", "XX"], "invalid choice"),
        (["route", "town.roads", "--from", "here", "--to", "53,-2"], "'here' is not latitude"),
        (["route", "town.roads", "--from", "99,0", "--to", "53,-2"], "'99,0' is not latitude"),
        (
            ["route", "town.roads", "--from", "53,-2", "--to", "53,-2", "--at", "soon"],
            "'soon' is not a time",
        ),
    ],
)
def test_a_wrong_word_is_named(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=re.escape(says)):
        roads(*arguments)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["info", "town.roads"], 0, "crossings"),
        (["info", "cut.roads"], 2, "cut.roads: it is cut off"),
        ([], 2, "required"),
    ],
)
def test_a_person_sees_one_line_and_needs_no_database(
    folder: Path, arguments: list[str], code: int, says: str
) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "doorstep.config.settings",
        "DOORSTEP_VAR": str(folder / "var"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }

    answer = subprocess.run(
        [sys.executable, "-m", "doorstep.config.cli", "roads", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert answer.returncode == code
    assert says in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
