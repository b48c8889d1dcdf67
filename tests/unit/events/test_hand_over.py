"""News reaches everybody who listens, whoever of them fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.platform.events.events import publish
from doorstep.platform.events.registry import Event, subscribe, subscribers_of
from doorstep.platform.events.tasks import hand_over

pytestmark = pytest.mark.django_db

Listening = Callable[..., None]

heard: list[str] = []


@dataclass(frozen=True)
class BellRang(Event):
    door: int


def at_home(event: BellRang) -> None:
    heard.append(f"at home: {event.door}")


def asleep(event: BellRang) -> None:
    heard.append("asleep")
    raise ZeroDivisionError


def in_the_garden(event: BellRang) -> None:
    heard.append(f"in the garden: {event.door}")


@pytest.fixture
def listening() -> Iterator[Listening]:
    def listen(*functions: Callable[[BellRang], None]) -> None:
        for function in functions:
            subscribe(BellRang)(function)

    yield listen
    subscribers_of(BellRang).clear()
    heard.clear()


def waiting() -> list[dict[str, object]]:
    return [job.args for job in ProcrastinateJob.objects.order_by("pk")]


def work() -> None:
    """Do what waits now, once, as the worker does."""
    jobs = list(ProcrastinateJob.objects.order_by("pk"))
    ProcrastinateJob.objects.filter(pk__in=[job.pk for job in jobs]).delete()
    for job in jobs:
        hand_over(**job.args)


def test_one_job_tells_everybody_who_listens(listening: Listening) -> None:
    listening(at_home, in_the_garden)

    publish(BellRang(door=7))
    (_only,) = waiting()
    work()

    assert heard == ["at home: 7", "in the garden: 7"]


def test_news_that_nobody_hears_waits_for_nobody() -> None:
    publish(BellRang(door=7))

    assert waiting() == []


def test_who_fails_keeps_nobody_from_hearing_and_is_told_again(
    listening: Listening, caplog: pytest.LogCaptureFixture
) -> None:
    listening(asleep, in_the_garden)

    publish(BellRang(door=7))
    work()

    assert heard == ["asleep", "in the garden: 7"]
    (again,) = waiting()
    assert again["subscriber"] == f"{__name__}.asleep"
    assert "ZeroDivisionError" in caplog.text


def test_who_is_told_again_fails_alone(listening: Listening) -> None:
    listening(asleep, in_the_garden)
    publish(BellRang(door=7))
    work()
    heard.clear()

    with pytest.raises(ZeroDivisionError):
        work()

    assert heard == ["asleep"]


def test_the_only_one_who_listens_fails_as_a_job_does(listening: Listening) -> None:
    """Which tries it again by itself."""
    listening(asleep)

    publish(BellRang(door=7))

    with pytest.raises(ZeroDivisionError):
        work()
    assert waiting() == []
