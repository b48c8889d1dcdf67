import pytest

from doorstep.connectors.base import InvalidSettings
from doorstep.connectors.travel.base import Leg
from doorstep.connectors.travel.straight_line import Settings, StraightLine
from doorstep.platform.values.geo import Coordinates, distance_m

DIDSBURY, BURY, HALE = (
    Coordinates(53.4160, -2.2310),
    Coordinates(53.5930, -2.2970),
    Coordinates(53.3780, -2.3440),
)


def test_an_hour_for_forty_kilometres_of_road_and_five_minutes() -> None:
    degree_north = Coordinates(1.0, 0.0), Coordinates(0.0, 0.0)

    leg = StraightLine().matrix([degree_north[0]], [degree_north[1]])[0][0]

    # 111,195 m of great circle are 150,113 m of road: 13,510.2 s at 40 km/h, and 300 s.
    assert leg.seconds == 13_811
    assert leg.metres == pytest.approx(150_113.5, abs=1)


def test_every_origin_meets_every_destination() -> None:
    matrix = StraightLine().matrix([DIDSBURY, BURY], [HALE, BURY, DIDSBURY])

    assert [len(row) for row in matrix] == [3, 3]
    assert matrix[0][1].metres == pytest.approx(1.35 * distance_m(DIDSBURY, BURY))


def test_the_answer_is_marked_as_an_estimate() -> None:
    assert StraightLine().matrix([DIDSBURY], [HALE])[0][0].estimated


def test_the_same_door_takes_no_time() -> None:
    assert StraightLine().matrix([HALE], [HALE]) == ((Leg(0, 0.0, estimated=True),),)


def test_a_company_may_set_its_own_pace() -> None:
    own = Settings(detour_factor=1.0, speed_kmh=3.6, extra_s=0)

    leg = StraightLine(own).matrix([DIDSBURY], [HALE])[0][0]

    assert leg.seconds == pytest.approx(distance_m(DIDSBURY, HALE), abs=1)


@pytest.mark.parametrize("values", [{"speed_kmh": 0.0}, {"detour_factor": 0.5}, {"extra_s": -1}])
def test_refuses_an_impossible_pace(values: dict[str, float]) -> None:
    with pytest.raises(InvalidSettings):
        Settings(**values)  # type: ignore[arg-type]
