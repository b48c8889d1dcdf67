"""Somebody signed in to the office, and one row of everything."""

from collections.abc import Callable

import pytest
from django.test import Client

from doorstep.platform.identity.models import User
from tests.factories.identity import dana, otto

from .world import World, make_world


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


@pytest.fixture
def world(db: None) -> World:
    return make_world()
