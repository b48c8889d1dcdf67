"""Pages are asked for as a customer would, on an ordinary Monday."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from doorstep.domain.customers.models import Contact
from tests.factories.bookings import World, make_world

SignIn = Callable[[Contact], Client]


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    """The pages read the clock; it stands still. Limits of one test do not count in the next."""
    cache.clear()
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def sign_in() -> SignIn:
    def _sign_in(contact: Contact) -> Client:
        client = Client()
        assert contact.user is not None
        client.force_login(contact.user)
        return client

    return _sign_in


@pytest.fixture
def carols(world: World, sign_in: SignIn) -> Client:
    """Carol's browser."""
    return sign_in(world.contact)
