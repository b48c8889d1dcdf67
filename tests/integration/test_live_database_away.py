"""An open stream while the database crashes and comes back."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from doorstep.config import embedded_postgres
from tests.doubles.served import Served

from .test_live_streams import PATIENCE_S, Follower
from .test_worker import Installation

SET_OUT = """
import django
django.setup()
from datetime import timedelta
from doorstep.domain.bookings.models import Booking
from doorstep.platform.lib.db import database_now
from tests.conftest import NOW
from tests.factories.bookings import book, make_link, make_world
from tests.factories.tracking import set_out
world = make_world()
visit = book(world, now=NOW)
now = database_now()
Booking.objects.update(promised_from=now, promised_to=now + timedelta(hours=2), starts_at=now,
    arrives_at=now + timedelta(minutes=30), ends_at=now + timedelta(minutes=90))
set_out(world, now=now - timedelta(minutes=5), booking=visit)
print(visit.code, make_link(visit, now=now))
"""
PAUSE = """
import django
django.setup()
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.services.sharing import pause_sharing
from doorstep.platform.audit.services import SYSTEM
from doorstep.platform.lib.db import database_now
pause_sharing(resource=BookableResource.objects.get(), reason="Lunch", actor=SYSTEM,
    now=database_now())
"""


@pytest.fixture
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("live"))
    embedded_postgres.ensure_running(made.cluster)
    made.run("-m", "doorstep.config.cli", "migrate", "-v0")
    yield made
    embedded_postgres.stop(made.cluster)
    shutil.rmtree(made.cluster.base, ignore_errors=True)


def test_a_stream_survives_a_crash_of_the_database(installation: Installation) -> None:
    code, link = installation.run("-c", SET_OUT).split()
    server = Served(log=installation.log, environment=installation.environment)
    server.start()
    try:
        with ExitStack() as stack:
            client = stack.enter_context(httpx.Client(base_url=server.url, timeout=PATIENCE_S))
            client.get(link)
            request = client.stream("GET", f"/visit/{code}/live?language=en")
            follower = Follower(stack.enter_context(request))
            follower.until("on the way")

            embedded_postgres.kill(installation.cluster)
            embedded_postgres.ensure_running(installation.cluster)
            installation.run("-c", PAUSE)

            # On the same stream, without a new request.
            follower.until("Sharing of the position is paused.")
    finally:
        server.stop()
