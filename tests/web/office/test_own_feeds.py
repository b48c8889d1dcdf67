"""Calendar feeds of technicians and contacts, as the office sees and ends them."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from doorstep.domain.calendars.models import CalendarFeed
from tests.conftest import NOW

from .forms import run_dialog
from .world import World, page


@pytest.fixture(params=["contact", "technician"])
def owner(request: pytest.FixtureRequest, world: World) -> Any:
    return getattr(world, request.param)


def act(dispatcher: Client, owner: Any, action: str) -> HttpResponse:
    with time_machine.travel(NOW, tick=False):
        return run_dialog(dispatcher, f"{page(type(owner))}{owner.pk}/{action}/")


def row_page(dispatcher: Client, owner: Any) -> str:
    with time_machine.travel(NOW, tick=False):
        return dispatcher.get(f"{page(type(owner))}{owner.pk}/change/").content.decode()


def address_in(html: str) -> str:
    (found,) = set(re.findall(r"/calendar/\w+\.ics", html))
    return found


def test_the_address_is_shown_once_and_works(dispatcher: Client, owner: Any) -> None:
    act(dispatcher, owner, "make_feed")

    address = address_in(row_page(dispatcher, owner))
    assert Client().get(address).status_code == 200
    assert address not in row_page(dispatcher, owner)


def test_the_page_says_whether_there_is_one_and_when_it_was_read(
    dispatcher: Client, owner: Any
) -> None:
    assert "never read" not in row_page(dispatcher, owner)
    act(dispatcher, owner, "make_feed")
    html = row_page(dispatcher, owner)
    assert "Made Mon, 23 Nov, 09:00, never read" in html

    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        Client().get(address_in(html))

    assert "last read Mon, 23 Nov, 12:00" in row_page(dispatcher, owner)


def test_the_office_can_stop_it(dispatcher: Client, owner: Any) -> None:
    act(dispatcher, owner, "make_feed")
    address = address_in(row_page(dispatcher, owner))

    act(dispatcher, owner, "stop_feed")
    act(dispatcher, owner, "stop_feed")

    assert Client().get(address).status_code == 404
    assert CalendarFeed.objects.get().revoked_at == NOW


def test_who_may_not_sign_in_gets_none(dispatcher: Client, world: World) -> None:
    world.contact.allows_sign_in = False
    world.contact.save()

    answer = act(dispatcher, world.contact, "make_feed")

    assert "can have a calendar feed" in answer.content.decode()
    assert not CalendarFeed.objects.exists()
