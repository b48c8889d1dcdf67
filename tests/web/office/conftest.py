"""Somebody signed in to the office, and one row of everything."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from doorstep.platform.identity.models import User
from tests.database.stage import stage, worlds_begin_with
from tests.factories.identity import dana, otto

from .world import World, make_world

HERE = Path(__file__).parent


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def administrator(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(otto())


@pytest.fixture
def dispatcher(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(dana())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    worlds_begin_with(make_world, items, HERE)


@pytest.fixture
def world(db: None) -> World:
    return stage.copy(make_world)
