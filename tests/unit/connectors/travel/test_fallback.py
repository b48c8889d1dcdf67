import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from threading import Event

import pytest

from doorstep.connectors.base import PermanentFailure, TemporaryFailure
from doorstep.connectors.travel.base import UNROUTABLE, Leg, Matrix
from doorstep.connectors.travel.fallback import FallbackTravel
from doorstep.connectors.travel.straight_line import StraightLine
from doorstep.connectors.travel.turns import Breaker
from doorstep.platform.values.geo import Coordinates

HERE, THERE = Coordinates(53.0, -2.0), Coordinates(53.1, -2.0)
DRIVEN: Matrix = ((Leg(700, 9000.0),),)
ESTIMATED = StraightLine().matrix([HERE], [THERE])


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Service:
    """A travel service that answers, raises, or hangs until it is let go."""

    def __init__(self, answer: Matrix | Exception | None) -> None:
        self.answer = answer
        self.calls = 0
        self.let_go = Event()

    def matrix(
        self,
        origins: Sequence[Coordinates],
        destinations: Sequence[Coordinates],
        departs_at: datetime | None = None,
    ) -> Matrix:
        self.calls += 1
        if self.answer is None:
            self.let_go.wait(10)
            raise TemporaryFailure("time_out", "")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


DOWN = TemporaryFailure("http_503", "down")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hanging() -> Iterator[Service]:
    service = Service(None)
    yield service
    service.let_go.set()


def test_the_first_service_is_believed(clock: Clock) -> None:
    second = Service(((UNROUTABLE,),))

    found = FallbackTravel([Service(DRIVEN), second], clock=clock).matrix([HERE], [THERE])

    assert found == DRIVEN
    assert second.calls == 0


def test_the_second_service_is_asked_when_the_first_fails(clock: Clock) -> None:
    travel = FallbackTravel([Service(DOWN), Service(DRIVEN)], clock=clock)

    assert travel.matrix([HERE], [THERE]) == DRIVEN


@pytest.mark.parametrize(
    "error", [DOWN, PermanentFailure("TooBig", ""), ValueError("a defect"), TimeoutError()]
)
def test_the_straight_line_answers_when_all_fail(clock: Clock, error: Exception) -> None:
    travel = FallbackTravel([Service(error), Service(error)], clock=clock)

    found = travel.matrix([HERE], [THERE])

    assert found == ESTIMATED
    assert found[0][0].estimated


def test_an_unroutable_answer_is_an_answer(clock: Clock) -> None:
    travel = FallbackTravel([Service(((UNROUTABLE,),)), Service(DRIVEN)], clock=clock)

    assert travel.matrix([HERE], [THERE]) == ((UNROUTABLE,),)


def test_a_service_that_hangs_does_not_take_more_than_the_budget(hanging: Service) -> None:
    began = time.monotonic()

    found = FallbackTravel([hanging], budget_s=0.1).matrix([HERE], [THERE])

    assert found == ESTIMATED
    assert time.monotonic() - began < 5


def test_services_share_one_budget(hanging: Service) -> None:
    second = Service(DRIVEN)

    FallbackTravel([hanging, second], budget_s=0.1).matrix([HERE], [THERE])

    assert second.calls == 0


def test_a_service_that_failed_five_times_is_left_alone(clock: Clock) -> None:
    service = Service(DOWN)
    travel = FallbackTravel([service], clock=clock)

    for _attempt in range(8):
        travel.matrix([HERE], [THERE])

    assert service.calls == 5


def test_a_service_that_recovered_is_used_again_after_a_minute(clock: Clock) -> None:
    service = Service(DOWN)
    travel = FallbackTravel([service], clock=clock)
    for _attempt in range(5):
        travel.matrix([HERE], [THERE])

    service.answer = DRIVEN
    clock.seconds += 60

    assert travel.matrix([HERE], [THERE]) == DRIVEN


def test_a_hanging_service_rests_after_five_time_outs(hanging: Service) -> None:
    # Enough for a thread to begin on a busy machine: a call counts when it has begun.
    travel = FallbackTravel([hanging], budget_s=0.5)

    for _attempt in range(6):
        travel.matrix([HERE], [THERE])

    assert hanging.calls == 5


def test_failures_far_apart_do_not_open_the_breaker(clock: Clock) -> None:
    breaker = Breaker(clock=clock)

    for _failure in range(10):
        breaker.failed()
        clock.seconds += 16

    assert not breaker.is_open()


def test_a_success_forgives_earlier_failures(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    for _failure in range(4):
        breaker.failed()

    breaker.succeeded()
    breaker.failed()

    assert not breaker.is_open()


def test_one_failure_after_the_rest_means_another_rest(clock: Clock) -> None:
    service = Service(DOWN)
    travel = FallbackTravel([service], clock=clock)
    for _attempt in range(5):
        travel.matrix([HERE], [THERE])
    clock.seconds += 60

    for _attempt in range(5):
        travel.matrix([HERE], [THERE])

    assert service.calls == 6
