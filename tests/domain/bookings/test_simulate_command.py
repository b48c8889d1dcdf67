"""Policies side by side, on the terminal and as JSON, in made-up weeks and the company's own."""

import json
from datetime import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from doorstep.domain.bookings.simulation import NothingToReplay, load_scene
from doorstep.engine import StopKind
from tests.factories.bookings import World, book, make_world

SMALL = ("--technicians", "3", "--days", "1", "--demand", "12", "--seeds", "1", "--rounds", "50")


def simulate(*arguments: str) -> str:
    output = StringIO()
    call_command("simulate", *arguments, stdout=output)
    return output.getvalue()


def test_prints_a_line_per_policy() -> None:
    printed = simulate(*SMALL, "--policies", "calendar,windows,ranking")

    assert "12 customers, 3 technicians × 1 days, 1 weeks" in printed
    assert "calendar without travel" in printed
    assert "insertion, windows" in printed
    assert "+ ranking, half follow" in printed


def test_gives_the_same_figures_as_json() -> None:
    lines = json.loads(simulate(*SMALL, "--policies", "windows,hindsight", "--json"))

    windows, best = lines
    assert (windows["policy"], best["policy"]) == ("windows", "hindsight")
    assert windows["late"] == 0
    assert windows["accepted_of_hindsight"] == windows["accepted"] / best["accepted"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--policies", "wishes"), "wishes"),
        (("--follows", "2"), "between 0 and 1"),
        (("--demand", "0"), "a town needs"),
        (("--demand", "many"), "many"),
    ],
)
def test_a_wrong_word_is_named(arguments: tuple[str, ...], named: str) -> None:
    with pytest.raises(CommandError, match=named):
        simulate(*SMALL, *arguments)


@pytest.fixture
def world(db: None, now: datetime) -> World:
    return make_world()


def test_replays_what_was_booked(world: World, now: datetime) -> None:
    visit = book(world, now=now)
    day = visit.promised_from.date()

    scene = load_scene(portal=world.portal, first=day, last=day)

    (customer,) = scene.customers
    liked = scene.targets[customer.tastes.index(max(customer.tastes))]
    assert customer.request.duration_s == visit.duration_minutes * 60
    assert liked.from_s <= visit.arrives_at.timestamp() <= liked.to_s
    assert liked.id in customer.accepts
    kinds = {stop.kind for route in scene.routes for stop in route.stops}
    assert kinds <= {StopKind.BUSY}


def test_days_without_visits_cannot_be_replayed(world: World, now: datetime) -> None:
    with pytest.raises(NothingToReplay):
        load_scene(portal=world.portal, first=now.date(), last=now.date())


def test_the_own_weeks_stand_in_the_same_table(world: World, now: datetime) -> None:
    visit = book(world, now=now)
    day = visit.promised_from.date().isoformat()

    with time_machine.travel(now, tick=False):
        printed = simulate(
            "--from-database", "--from", day, "--to", day, "--seeds", "1", "--policies", "replan"
        )

    assert f"1 visits from {day} to {day}" in printed
    assert "+ replan" in printed
