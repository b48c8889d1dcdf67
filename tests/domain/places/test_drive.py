"""One drive now: from whom it comes, and what is said when nobody answers."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from doorstep.domain.organization.models.company import TravelProvider
from doorstep.domain.places.services.drive import estimate_drive
from doorstep.platform.values.geo import Coordinates
from tests.doubles.http import CUT, GARBAGE, Reply, free_url, running
from tests.doubles.osrm import OsrmDouble
from tests.doubles.town import at
from tests.doubles.valhalla import ValhallaDouble
from tests.factories.organization import make_company

from .roads import build_town, on_roads

pytestmark = pytest.mark.django_db

HERE, THERE = Coordinates(53.47, -2.23), Coordinates(53.48, -2.24)
ISLAND = Coordinates(61.0, -2.24)
ALONG_THE_GRID = (HERE, Coordinates(53.47, -2.24), THERE)


@pytest.fixture
def osrm() -> Iterator[OsrmDouble]:
    with running(OsrmDouble()) as double:
        make_company(travel_provider=TravelProvider.OSRM, travel_provider_url=double.url)
        yield double


def test_without_any_service_it_is_the_straight_line_of_the_company(now: datetime) -> None:
    make_company(detour_factor=1.5, travel_speed_kmh=30, travel_extra_seconds=60)

    found = estimate_drive(start=HERE, end=THERE, departs_at=now)

    assert found.is_estimated
    assert not found.has_traffic
    assert found.source == "straight_line"
    assert found.path == (HERE, THERE)
    assert found.seconds - 60 == pytest.approx(found.metres / (30 / 3.6), abs=1)


def test_osrm_tells_the_road_and_its_path(osrm: OsrmDouble, now: datetime) -> None:
    found = estimate_drive(start=HERE, end=THERE, departs_at=now)

    assert (found.seconds, found.metres, found.source) == (200, 2000.0, "osrm")
    assert found.path == ALONG_THE_GRID
    assert not found.is_estimated
    assert not found.has_traffic


def test_valhalla_tells_the_road_and_its_path(now: datetime) -> None:
    with running(ValhallaDouble()) as double:
        make_company(travel_provider=TravelProvider.VALHALLA, travel_provider_url=double.url)

        found = estimate_drive(start=HERE, end=THERE, departs_at=now)

    assert (found.seconds, found.metres, found.source) == (200, 2000.0, "valhalla")
    assert found.path == ALONG_THE_GRID


def test_where_no_road_leads_it_is_an_estimate(osrm: OsrmDouble, now: datetime) -> None:
    found = estimate_drive(start=HERE, end=ISLAND, departs_at=now)

    assert found.is_estimated
    assert found.path == (HERE, ISLAND)


@pytest.mark.parametrize("reply", [GARBAGE, CUT, Reply(503), Reply(404)])
def test_a_service_that_misbehaves_means_an_estimate(
    osrm: OsrmDouble, now: datetime, reply: Reply
) -> None:
    osrm.reply = reply

    assert estimate_drive(start=HERE, end=THERE, departs_at=now).is_estimated


def test_a_service_that_failed_five_times_rests(osrm: OsrmDouble, now: datetime) -> None:
    osrm.reply = Reply(503)

    for _time in range(7):
        estimate_drive(start=HERE, end=THERE, departs_at=now)

    assert len(osrm.requests) == 5


def test_a_service_that_is_away_means_an_estimate(now: datetime) -> None:
    make_company(travel_provider=TravelProvider.OSRM, travel_provider_url=free_url())

    assert estimate_drive(start=HERE, end=THERE, departs_at=now).is_estimated


def test_the_road_file_tells_the_time_and_no_path(
    tmp_path: Path, settings: Settings, now: datetime
) -> None:
    build_town(tmp_path)
    settings.DOORSTEP_ROADS = tmp_path
    on_roads()

    found = estimate_drive(start=at(1, 0), end=at(1, 3), departs_at=now)

    assert (found.source, found.path) == ("roads", ())
    assert 30 < found.seconds < 150
    assert found.metres == pytest.approx(600, rel=0.05)
    assert not found.is_estimated


@pytest.mark.parametrize("file", ["missing.roads", "../town.roads", ""])
def test_a_road_file_that_is_missing_means_an_estimate(
    tmp_path: Path, settings: Settings, now: datetime, file: str
) -> None:
    settings.DOORSTEP_ROADS = tmp_path
    on_roads(file)

    assert estimate_drive(start=at(1, 0), end=at(1, 3), departs_at=now).is_estimated
