"""The connector: legs by the hour, the strength of traffic, and a file that changes."""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doorstep.connectors.base import InvalidSettings, PermanentFailure
from doorstep.connectors.registry import build
from doorstep.connectors.travel.base import UNROUTABLE
from doorstep.connectors.travel.roads.build import build_roads
from doorstep.connectors.travel.roads.profiles import HOURS, PROFILES, WEEK, profile_at
from doorstep.connectors.travel.roads.provider import Roads, Settings
from doorstep.connectors.travel.straight_line import Settings as Line
from doorstep.connectors.travel.straight_line import StraightLine
from tests.doubles.town import TownMap, at

HERE, THERE, ISLAND = at(1, 0), at(1, 3), at(3, 40)
# A Monday in winter: London is on UTC, Berlin an hour ahead.
NIGHT, RUSH, NOON = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (2, 8, 12))


def roads(file: Path, **settings: object) -> Roads:
    return Roads(Settings(str(file), **settings))  # type: ignore[arg-type]


def seconds(found: Roads, at: datetime | None = None) -> int:
    (((leg,),)) = (found.matrix([HERE], [THERE], at)[0],)
    assert leg.seconds is not None
    return leg.seconds


def test_the_week_has_a_profile_for_every_hour() -> None:
    assert [len(day) for day in WEEK] == [HOURS] * 7
    assert {hour for day in WEEK for hour in day} == set(range(len(PROFILES)))


def test_no_profile_is_faster_than_the_free_road() -> None:
    assert all(
        factor >= free
        for profile in PROFILES
        for factor, free in zip(
            (profile.fast, profile.main, profile.local), (1.0, 1.0, 1.0), strict=True
        )
    )


@pytest.mark.parametrize(
    ("when", "name"),
    [
        ("2026-11-23T08:59", "rush"),
        ("2026-11-23T09:00", "day"),
        ("2026-11-23T16:00", "rush"),
        ("2026-11-23T20:00", "free"),
        ("2026-11-28T08:00", "free"),
        ("2026-11-28T12:00", "day"),
        ("2026-11-29T12:00", "free"),
    ],
)
def test_the_hour_decides_which_profile_holds(when: str, name: str) -> None:
    assert PROFILES[profile_at(datetime.fromisoformat(when))].name == name


def test_a_matrix_has_seconds_and_metres(town_file: Path) -> None:
    legs = build("travel", "roads", {"file": str(town_file)}).matrix([HERE], [THERE, ISLAND])

    assert legs[0][0].seconds is not None
    assert legs[0][0].metres == pytest.approx(600, rel=0.05)
    assert not legs[0][0].estimated
    assert legs[0][1] == UNROUTABLE


def test_rush_hour_is_slower_than_noon_and_noon_than_night(town_file: Path) -> None:
    found = roads(town_file)

    assert seconds(found, RUSH) > seconds(found, NOON) > seconds(found, NIGHT)


def test_the_hour_is_the_one_of_the_roads(town_file: Path) -> None:
    early = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)

    london, berlin = (
        seconds(roads(town_file, zone=zone), early) for zone in ("Europe/London", "Europe/Berlin")
    )

    assert berlin > london


def test_without_a_time_the_chosen_hours_count(town_file: Path) -> None:
    assert seconds(roads(town_file)) == seconds(roads(town_file), RUSH)
    assert seconds(roads(town_file, hours="free")) == seconds(roads(town_file), NIGHT)


def test_traffic_multiplies_the_delay_only(town_file: Path) -> None:
    free, usual, double = (
        seconds(roads(town_file, traffic=traffic)) for traffic in (0.0, 1.0, 2.0)
    )

    assert free == seconds(roads(town_file), NIGHT)
    assert double - free == pytest.approx(2 * (usual - free), abs=2)


@pytest.mark.parametrize(
    "wrong", [{"hours": "evening"}, {"traffic": -1}, {"traffic": 4}, {"zone": "Nowhere/City"}]
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidSettings):
        roads(Path("any"), **wrong)


def test_no_leg_undercuts_the_great_circle_at_top_speed(town_file: Path) -> None:
    bound = StraightLine(Line(detour_factor=1, speed_kmh=130, extra_s=0))
    places = [at(row / 2, column / 2) for row in range(-6, 10) for column in range(9)]

    legs = roads(town_file, hours="free").matrix(places[:20], places)

    floor = bound.matrix(places[:20], places)
    assert all(
        leg.seconds is None or leg.seconds >= (least.seconds or 0)
        for row, floors in zip(legs, floor, strict=True)
        for leg, least in zip(row, floors, strict=True)
    )


def test_a_missing_file_is_a_failure_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(PermanentFailure, match=r"none\.roads"):
        roads(tmp_path / "none.roads").matrix([HERE], [THERE])


def test_a_broken_file_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "broken.roads").write_bytes(b"nonsense")

    with caplog.at_level(logging.WARNING):
        for _time in range(3):
            with pytest.raises(PermanentFailure):
                roads(tmp_path / "broken.roads").matrix([HERE], [THERE])

    assert [record.message.count("broken.roads") for record in caplog.records] == [1]


def test_a_replaced_file_is_noticed(town_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "town.roads"
    shutil.copy(town_file, file)
    found = roads(file)
    before = seconds(found)
    fast = TownMap()
    fast.way((1, 0), (1, 3), highway="primary", maxspeed="100")

    build_roads(fast.write(tmp_path / "fast.osm.pbf"), file)

    assert seconds(found) < before


def test_a_file_that_appears_is_used(town_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "town.roads"
    found = roads(file)
    with pytest.raises(PermanentFailure):
        found.matrix([HERE], [THERE])

    shutil.copy(town_file, file)

    assert seconds(found) > 0
