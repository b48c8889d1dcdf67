"""A lost ring, a dead worker: nothing stays lying."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from doorstep.domain.notifications.models import Message
from doorstep.domain.notifications.services.lease import claim
from doorstep.domain.notifications.services.sweep import ring_for_due_messages
from doorstep.platform.events.tasks import rescue_stalled_jobs
from tests.factories.notifications import make_message

pytestmark = pytest.mark.django_db


def forget_rings() -> None:
    ProcrastinateJob.objects.all().delete()


def test_a_lost_ring_is_repaired() -> None:
    message = make_message()
    forget_rings()

    assert ring_for_due_messages() == 1
    assert ProcrastinateJob.objects.get().args == {"message_id": message.pk}


def test_a_ring_that_waits_already_is_not_doubled() -> None:
    make_message()

    assert ring_for_due_messages() == 0


def test_a_message_under_a_live_lease_is_not_rung_for() -> None:
    claim(make_message().pk)
    forget_rings()

    assert ring_for_due_messages() == 0


def test_a_message_that_is_not_due_yet_is_not_rung_for() -> None:
    make_message()
    Message.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    forget_rings()

    assert ring_for_due_messages() == 0


def test_a_job_whose_worker_died_is_put_back() -> None:
    make_message()
    take_by_dead_worker()

    assert async_to_sync(rescue_stalled_jobs.func)(0) == 1
    assert ProcrastinateJob.objects.get().status == "todo"


@pytest.mark.django_db(transaction=True)
def test_a_stalled_job_whose_twin_waits_is_closed() -> None:
    message = make_message()
    take_by_dead_worker()
    ring_for_due_messages()

    async_to_sync(rescue_stalled_jobs.func)(0)

    states = ProcrastinateJob.objects.filter(args__message_id=message.pk).order_by("pk")
    assert [job.status for job in states] == ["failed", "todo"]


def take_by_dead_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 1")
