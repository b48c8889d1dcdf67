"""Tom's phone, on the Thursday of Carol's visit."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from doorstep.domain.bookings.models import Booking
from doorstep.platform.identity.models import User
from tests.conftest import NOW
from tests.factories.bookings import World, book, make_world
from tests.factories.on_site import at

SignIn = Callable[[User | None], Client]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Nine o'clock on that Thursday, standing still until it is moved."""
    cache.clear()
    with time_machine.travel(at(9), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def visit(world: World) -> Booking:
    """Promised for Thursday 10 to 12."""
    return book(world, now=NOW, details="The bell is broken.")


@pytest.fixture
def sign_in(clock: time_machine.Traveller) -> SignIn:
    def _sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return _sign_in


@pytest.fixture
def toms(world: World, sign_in: SignIn) -> Client:
    """Tom's browser."""
    return sign_in(world.technician.user)
