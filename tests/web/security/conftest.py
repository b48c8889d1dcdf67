"""The walkers: one browser for each kind of person, on an ordinary Monday."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from doorstep.platform.identity.models import User
from doorstep.platform.identity.services import adopt_email
from tests.database.stage import stage, worlds_begin_with
from tests.factories.customers import carol, mallory
from tests.factories.identity import dana, otto
from tests.factories.resources import tom
from tests.web.office.world import World, make_world

HERE = Path(__file__).parent
Browser = Callable[..., Client]

PEOPLE: dict[str, Callable[[], User | None]] = {
    "anonymous": lambda: None,
    "owner": lambda: carol().user,
    "stranger": lambda: mallory().user,
    "technician": lambda: tom().user,
    "dispatcher": dana,
    "administrator": otto,
}


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(now, tick=False):
        yield


def make_known_world() -> World:
    found = make_world()
    for person in PEOPLE.values():
        user = person()
        if user is not None:
            adopt_email(user=user)  # as everybody has who signed in once
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    worlds_begin_with(make_known_world, items, HERE)


@pytest.fixture
def world(db: None) -> World:
    return stage.copy(make_known_world)


@pytest.fixture
def browser(world: World) -> Browser:
    """The browser of one of PEOPLE. An error of ours is an answer with 500, as in real life."""

    def open_browser(who: str, *, enforce_csrf_checks: bool = False) -> Client:
        client = Client(raise_request_exception=False, enforce_csrf_checks=enforce_csrf_checks)
        user = PEOPLE[who]()
        if user is not None:
            client.force_login(user)
        return client

    return open_browser
