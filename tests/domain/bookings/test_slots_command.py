"""The terminal shows what the page shows."""

import json
from datetime import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from doorstep.domain.bookings.services.search import search_offers
from tests.factories.bookings import World, book, make_world, window_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(now: datetime) -> World:
    return make_world()


def slots(now: datetime, *arguments: str) -> str:
    output = StringIO()
    with time_machine.travel(now, tick=False):
        call_command("slots", *arguments, stdout=output)
    return output.getvalue()


def test_prints_the_same_windows_as_the_search(world: World, now: datetime) -> None:
    book(world, now=now)
    found = search_offers(wish=world.wish, now=now)

    printed = json.loads(slots(now, "--service", world.service.name, "--account", "Acme", "--json"))

    keys = [window["key"] for day in printed["days"] for window in day["windows"]]
    assert keys == [window.key for window in found.windows]


def test_each_window_carries_its_plan(world: World, now: datetime) -> None:
    printed = slots(now, "--service", world.service.name, "--account", "Acme", "--days", "2")

    assert "Tom Technician departs" in printed
    assert "travel +" in printed


def test_a_day_without_windows_says_what_ruled_people_out(world: World, now: datetime) -> None:
    printed = slots(
        now, "--service", world.service.name, "--account", "Acme", "--from", "2026-11-28"
    )

    assert "nothing free (working_hours 1)" in printed


@pytest.mark.parametrize(
    "arguments",
    [
        ["--service", "Nonsense", "--account", "Acme"],
        ["--service", "1", "--account", "Nobody"],
        ["--service", "{service}", "--account", "Acme", "--from", "soon"],
        ["--service", "{service}", "--account", "Acme", "--portal", "None such"],
    ],
)
def test_a_wrong_word_is_named(world: World, now: datetime, arguments: list[str]) -> None:
    typed = [each.format(service=world.service.name) for each in arguments]

    with pytest.raises(CommandError):
        slots(now, *typed)


def test_the_key_is_the_one_a_form_sends(world: World, now: datetime) -> None:
    printed = slots(now, "--service", world.service.name, "--account", "Acme", "--json")

    assert window_key() in printed


def test_it_says_why_when_asked(world: World, now: datetime) -> None:
    asked = ["--service", world.service.name, "--account", "Acme", "--why"]
    world.service.duration_minutes = 100
    world.service.save()
    for from_hour, to_hour in ((8, 10), (10, 12), (13, 15), (15, 17)):
        book(world, now=now, key=window_key(from_hour=from_hour, to_hour=to_hour))

    printed = slots(now, *asked)
    days = json.loads(slots(now, *asked, "--json"))["days"]

    assert "Tom Technician: " in printed
    assert " min are missing for " in printed
    thursday = next(day for day in days if day["day"] == "2026-11-26")
    (person,) = thursday["why"]
    assert (person["resource"], person["rule"]) == ("Tom Technician", "no_gap")
    assert person["nearest_miss"]["missing_seconds"] > 0
    assert thursday["removed"] == {"no_gap": 1}


def test_it_keeps_its_reasons_to_itself_when_not_asked(world: World, now: datetime) -> None:
    printed = slots(now, "--service", world.service.name, "--account", "Acme", "--json")

    assert "why" not in json.loads(printed)["days"][0]
