"""A listener, so that published events can be seen."""

from collections.abc import Callable, Iterator

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.resources.events import TimeOffApproved, TimeOffRemoved, WorkHoursChanged
from doorstep.platform.events.registry import Event, subscribe, subscribers_of

News = Callable[[], list[str]]
HEARD = (TimeOffApproved, TimeOffRemoved, WorkHoursChanged)


def listen(event: Event) -> None:
    """Somebody who hears everything and does nothing."""


@pytest.fixture
def news() -> Iterator[News]:
    """Names of the events published so far."""
    name = f"{listen.__module__}.{listen.__qualname__}"
    for event_type in HEARD:
        subscribe(event_type)(listen)

    def names() -> list[str]:
        jobs = ProcrastinateJob.objects.order_by("pk")
        found = [job.args.get("event", "").rpartition(".")[2] for job in jobs]
        return [each for each in found if each in {kind.__name__ for kind in HEARD}]

    yield names
    for event_type in HEARD:
        subscribers_of(event_type).pop(name)
