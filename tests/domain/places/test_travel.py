"""Travel times: cached, fetched in one go, estimated when nobody answers."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from doorstep.domain.organization.models.company import TravelProvider
from doorstep.domain.places.models import TravelLeg
from doorstep.domain.places.services import (
    load_travel,
    load_travel_around,
    prune_travel_legs,
)
from doorstep.domain.places.services.travel import KEEP_FOR, UNREACHABLE_S
from doorstep.engine import StraightLine, Travel
from doorstep.engine.travel import floor_of, is_estimated, seconds_from, seconds_to
from doorstep.platform.values.geo import Coordinates
from tests.doubles.http import GARBAGE, free_url, running
from tests.doubles.osrm import OsrmDouble
from tests.factories.organization import make_company

pytestmark = pytest.mark.django_db

HOME, SHOP = Coordinates(53.47, -2.23), Coordinates(53.48, -2.24)
ISLAND = Coordinates(61.0, -2.24)
EXTRA_S = 300


@pytest.fixture
def osrm() -> Iterator[OsrmDouble]:
    with running(OsrmDouble()) as double:
        make_company(travel_provider=TravelProvider.OSRM, travel_provider_url=double.url)
        yield double


@pytest.fixture
def load(now: datetime, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    """Load, and ask for all that was loaded, as a search does."""

    def committed(
        origins: Collection[Coordinates], destinations: Collection[Coordinates], **when: datetime
    ) -> Travel:
        with django_capture_on_commit_callbacks(execute=True):
            travel = load_travel(
                origins=origins, destinations=destinations, now=when.get("now", now)
            )
            for destination in destinations:
                seconds_to(travel, list(origins), destination)
        return travel

    return committed


def test_the_built_in_provider_is_a_straight_line_by_the_company_settings(now: datetime) -> None:
    make_company(detour_factor=1.5, travel_speed_kmh=30, travel_extra_seconds=60)

    found = load_travel(origins=[HOME], destinations=[SHOP], now=now)

    assert found == StraightLine(detour_factor=1.5, speed_kmh=30, fixed_s=60)


def test_a_provider_without_address_is_a_straight_line(now: datetime) -> None:
    make_company(travel_provider=TravelProvider.OSRM, travel_provider_url="")

    assert isinstance(load_travel(origins=[HOME], destinations=[SHOP], now=now), StraightLine)


def test_the_provider_knows_the_road_and_the_company_the_parking(
    osrm: OsrmDouble, load: Any
) -> None:
    found = load([HOME], [SHOP])

    assert found.seconds(HOME, SHOP) == 200 + EXTRA_S
    assert found.metres(HOME, SHOP) == 2000


def test_nobody_is_asked_before_a_leg_is_needed(osrm: OsrmDouble, now: datetime) -> None:
    load_travel(origins=[HOME], destinations=[SHOP], now=now)

    assert not osrm.requests


@pytest.mark.parametrize("is_return", [False, True], ids=["there", "back"])
def test_all_legs_that_are_asked_for_go_into_one_request(
    osrm: OsrmDouble, now: datetime, is_return: bool
) -> None:
    places = [HOME, Coordinates(53.5, -2.2), Coordinates(53.4, -2.3)]
    travel = load_travel_around(place=SHOP, others=places, now=now)

    if is_return:
        found = seconds_from(travel, SHOP, places[:2])
        single = [travel.seconds(SHOP, place) for place in places[:2]]
    else:
        found = seconds_to(travel, places[:2], SHOP)
        single = [travel.seconds(place, SHOP) for place in places[:2]]

    assert found == single
    assert len(osrm.requests) == 1
    assert "-2.300000" not in osrm.requests[0].path


def test_single_legs_are_asked_for_together(osrm: OsrmDouble, now: datetime) -> None:
    places = [HOME, Coordinates(53.5, -2.2), Coordinates(53.4, -2.3)]
    travel = load_travel_around(place=SHOP, others=places, now=now)

    there, back = (
        [travel.seconds(place, SHOP), travel.seconds(SHOP, place)] for place in places[:2]
    )

    assert there[0] < UNREACHABLE_S
    assert back[0] < UNREACHABLE_S
    assert len(osrm.requests) == 2


def test_a_leg_nobody_loaded_is_estimated_without_asking(osrm: OsrmDouble, now: datetime) -> None:
    elsewhere = Coordinates(53.5, -2.2)
    travel = load_travel_around(place=SHOP, others=[HOME], now=now)

    assert travel.seconds(HOME, elsewhere) == StraightLine().seconds(HOME, elsewhere)
    assert is_estimated(travel, HOME, elsewhere)
    assert not osrm.requests


def test_a_leg_of_the_provider_is_no_estimate(osrm: OsrmDouble, load: Any) -> None:
    assert not is_estimated(load([HOME], [SHOP]), HOME, SHOP)


def test_no_leg_undercuts_the_floor(osrm: OsrmDouble, load: Any) -> None:
    places = [Coordinates(53.4 + step / 7, -2.2 - step / 90) for step in range(20)]
    travel = load(places, [SHOP])

    floor = floor_of(travel)

    assert floor is not None
    for place, seconds in zip(places, seconds_to(travel, places, SHOP), strict=True):
        assert seconds >= floor.seconds(place, SHOP)


def test_what_was_fetched_is_not_asked_for_again(osrm: OsrmDouble, load: Any) -> None:
    first = load([HOME], [SHOP])

    second = load([HOME], [SHOP])

    assert second.seconds(HOME, SHOP) == first.seconds(HOME, SHOP)
    assert len(osrm.requests) == 1


def test_only_what_is_missing_is_asked_for(osrm: OsrmDouble, load: Any) -> None:
    load([HOME], [SHOP])
    elsewhere = Coordinates(53.5, -2.2)

    load([HOME, elsewhere], [SHOP])

    assert "-2.230000" in osrm.requests[0].path
    assert "-2.230000" not in osrm.requests[1].path


def test_one_way_says_nothing_about_the_way_back(osrm: OsrmDouble, load: Any) -> None:
    load([HOME], [SHOP])

    load([SHOP], [HOME])

    assert len(osrm.requests) == 2


def test_ten_metres_make_no_difference(osrm: OsrmDouble, load: Any) -> None:
    load([HOME], [SHOP])
    next_door = Coordinates(53.470004, -2.229996)

    found = load([next_door], [SHOP])

    assert not is_estimated(found, next_door, SHOP)
    assert len(osrm.requests) == 1


def test_nobody_is_asked_for_the_way_to_the_same_place(osrm: OsrmDouble, load: Any) -> None:
    found = load([SHOP], [SHOP])

    assert found.seconds(SHOP, SHOP) == 0
    assert not osrm.requests


def test_an_old_leg_is_fetched_anew_and_kept_once(
    osrm: OsrmDouble, load: Any, now: datetime
) -> None:
    load([HOME], [SHOP])
    later = now + KEEP_FOR + timedelta(seconds=1)

    load([HOME], [SHOP], now=later)

    assert len(osrm.requests) == 2
    assert TravelLeg.objects.get().fetched_at == later


def test_where_no_road_leads_nobody_gets_in_a_day(osrm: OsrmDouble, load: Any) -> None:
    assert load([HOME], [ISLAND]).seconds(HOME, ISLAND) >= UNREACHABLE_S


def test_a_provider_that_talks_garbage_is_estimated_and_not_remembered(
    osrm: OsrmDouble, load: Any
) -> None:
    osrm.reply = GARBAGE

    found = load([HOME], [SHOP])

    assert is_estimated(found, HOME, SHOP)
    assert found.seconds(HOME, SHOP) == StraightLine().seconds(HOME, SHOP)
    assert not TravelLeg.objects.exists()


def test_a_provider_that_is_away_is_estimated(load: Any) -> None:
    make_company(travel_provider=TravelProvider.OSRM, travel_provider_url=free_url())

    assert load([HOME], [SHOP]).seconds(HOME, SHOP) == StraightLine().seconds(HOME, SHOP)


def test_a_cached_search_takes_two_queries(
    osrm: OsrmDouble,
    load: Any,
    now: datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    places = [Coordinates(53.4 + step / 100, -2.2) for step in range(20)]
    load(places, [SHOP])

    with django_assert_num_queries(2):
        travel = load_travel(origins=places, destinations=[SHOP], now=now)
        seconds_to(travel, places, SHOP)


def test_the_legs_of_another_provider_are_not_used(
    osrm: OsrmDouble, load: Any, now: datetime
) -> None:
    load([HOME], [SHOP])
    make_company(travel_provider=TravelProvider.VALHALLA, travel_provider_url=free_url())

    assert is_estimated(load([HOME], [SHOP]), HOME, SHOP)


def test_pruning_removes_what_is_too_old_only(osrm: OsrmDouble, load: Any, now: datetime) -> None:
    load([HOME], [SHOP], now=now - KEEP_FOR - timedelta(hours=1))
    load([SHOP], [HOME], now=now)

    assert prune_travel_legs(now=now) == 1

    assert TravelLeg.objects.get().fetched_at == now
