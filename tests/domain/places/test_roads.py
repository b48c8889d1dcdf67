"""Travel along the roads of a file: for the engine, for offers, and when something is wrong."""

import json
import logging
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from doorstep.domain.bookings.services.search import search_offers
from doorstep.domain.places.legs import RoadTravel
from doorstep.domain.places.models import TravelLeg
from doorstep.domain.places.services import load_travel, load_travel_around
from doorstep.engine import StraightLine
from doorstep.engine.travel import floor_of, is_estimated, seconds_from, seconds_to
from doorstep.platform.values.geo import Coordinates
from tests.doubles.town import at
from tests.factories.bookings import World, make_world

from .roads import build_town, on_roads

pytestmark = pytest.mark.django_db

HOME, SHOP, SCHOOL = at(1, 0), at(1, 3), at(3, 2)
ISLAND = at(3, 40)
EXTRA_S = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_town(tmp_path_factory.mktemp("roads")).parent


@pytest.fixture(autouse=True)
def _roads(folder: Path, settings: Settings) -> None:
    settings.DOORSTEP_ROADS = folder
    on_roads()


def between(now: datetime, *places: Coordinates) -> Any:
    return load_travel(origins=places, destinations=places, now=now)


def test_a_road_is_driven_and_the_car_parked(now: datetime) -> None:
    travel = between(now, HOME, SHOP)

    assert isinstance(travel, RoadTravel)
    assert 30 < travel.seconds(HOME, SHOP) - EXTRA_S < 150
    assert travel.metres(HOME, SHOP) == pytest.approx(600, rel=0.05)


def test_it_is_no_way_to_the_same_place(now: datetime) -> None:
    travel = between(now, HOME, SHOP)

    assert travel.seconds(HOME, HOME) == 0
    assert seconds_to(travel, [HOME, SHOP], HOME)[0] == 0
    assert not is_estimated(travel, HOME, HOME)


def test_a_batch_says_what_single_legs_say(now: datetime) -> None:
    places = [HOME, SHOP, SCHOOL, ISLAND, at(2, 1.5), at(2.5, 0.5)]
    travel = load_travel_around(place=SCHOOL, others=places, now=now)

    to, back = seconds_to(travel, places, SCHOOL), seconds_from(travel, SCHOOL, places)

    assert to == [travel.seconds(place, SCHOOL) for place in places]
    assert back == [travel.seconds(SCHOOL, place) for place in places]
    assert to != back


def test_a_leg_that_has_nothing_to_do_with_the_search_is_known_too(now: datetime) -> None:
    travel = load_travel_around(place=SCHOOL, others=[HOME], now=now)

    assert travel.seconds(SHOP, HOME) == between(now, SHOP, HOME).seconds(SHOP, HOME)
    assert not is_estimated(travel, SHOP, HOME)


def test_where_no_road_leads_it_is_estimated_and_says_so(now: datetime) -> None:
    travel = between(now, HOME, ISLAND)

    assert travel.seconds(HOME, ISLAND) == StraightLine().seconds(HOME, ISLAND)
    assert travel.metres(HOME, ISLAND) == StraightLine().metres(HOME, ISLAND)
    assert is_estimated(travel, HOME, ISLAND)
    assert is_estimated(travel, ISLAND, HOME)
    assert not is_estimated(travel, HOME, SHOP)


def test_nothing_undercuts_the_floor(now: datetime) -> None:
    places = [at(row / 2, column / 2) for row in range(-4, 10) for column in range(9)] + [ISLAND]
    travel = between(now, *places)

    floor = floor_of(travel)

    assert floor is not None
    for place in (HOME, ISLAND, at(2.5, 1.5)):
        for other, seconds in zip(places, seconds_from(travel, place, places), strict=True):
            assert seconds >= floor.seconds(place, other)


def test_plans_are_made_with_the_chosen_traffic(now: datetime) -> None:
    rush = between(now, HOME, SHOP).seconds(HOME, SHOP)
    on_roads(road_hours="free")
    free = between(now, HOME, SHOP).seconds(HOME, SHOP)
    on_roads(road_hours="rush", road_traffic=2)
    double = between(now, HOME, SHOP).seconds(HOME, SHOP)

    assert free < rush < double


def test_no_leg_is_stored(now: datetime) -> None:
    between(now, HOME, SHOP).seconds(HOME, SHOP)

    assert not TravelLeg.objects.exists()


@pytest.mark.parametrize("file", ["missing.roads", "broken.roads", ""])
def test_without_a_good_file_travel_is_estimated_and_logged(
    file: str, folder: Path, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "broken.roads").write_bytes(b"DOORROAD and then nonsense")
    on_roads(file)

    with caplog.at_level(logging.WARNING):
        travel = between(now, HOME, SHOP)

    assert isinstance(travel, StraightLine)
    assert is_estimated(travel, HOME, SHOP)
    assert "travel is estimated" in caplog.text or not file


@pytest.fixture
def world() -> World:
    world = make_world()
    on_roads()
    move(world.technician, HOME)
    move(world.contact.account, SHOP)
    return world


def move(row: Any, place: Coordinates) -> None:
    row.latitude, row.longitude = place.latitude, place.longitude
    row.save(update_fields=["latitude", "longitude"])


def test_offers_are_planned_along_the_roads(world: World, now: datetime) -> None:
    window = search_offers(wish=world.wish, now=now).first

    assert window is not None
    travel = between(now, HOME, SHOP)
    assert window.added_travel_s == travel.seconds(HOME, SHOP) + travel.seconds(SHOP, HOME)
    assert not window.is_estimated


def test_an_offer_on_the_island_says_that_its_times_are_a_guess(
    world: World, now: datetime
) -> None:
    move(world.contact.account, ISLAND)

    windows = search_offers(wish=world.wish, now=now).windows

    assert windows
    assert all(window.is_estimated for window in windows)


@pytest.mark.parametrize(("place", "is_guess"), [(SHOP, False), (ISLAND, True)])
def test_the_terminal_says_so_too(
    world: World, now: datetime, place: Coordinates, is_guess: bool
) -> None:
    move(world.contact.account, place)
    output = StringIO()

    with time_machine.travel(now, tick=False):
        call_command(
            "slots", "--service", world.service.name, "--account", "Acme", "--json", stdout=output
        )

    days = json.loads(output.getvalue())["days"]
    assert {window["is_estimated"] for day in days for window in day["windows"]} == {is_guess}
