"""What has been published and waits for the worker."""

from typing import TypeVar

from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.platform.events.registry import Event, name_of

E = TypeVar("E", bound=Event)


def published(event_type: type[E]) -> list[E]:
    jobs = ProcrastinateJob.objects.filter(args__event=name_of(event_type))
    return [event_type(**job.args["data"]) for job in jobs]
