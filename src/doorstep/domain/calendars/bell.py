"""Ring for the worker: one waiting job per calendar. A lost ring is repaired by the sweep."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

QUEUE = "calendars"
SYNC = "doorstep.calendars.sync"
TEST = "doorstep.calendars.test"


def ring(link_id: int) -> bool:
    """Have the calendar looked at; False when a ring is waiting already."""
    return _defer(SYNC, f"calendar:{link_id}", link_id)


def ring_for_test(link_id: int) -> bool:
    """Likewise, to test it."""
    return _defer(TEST, f"calendar-test:{link_id}", link_id)


def _defer(task: str, lock: str, link_id: int) -> bool:
    job = app.configure_task(task, queue=QUEUE, queueing_lock=lock)
    try:
        with transaction.atomic():
            job.defer(link_id=link_id)
    except AlreadyEnqueued:
        return False
    return True
