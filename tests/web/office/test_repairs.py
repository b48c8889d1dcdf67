"""Somebody is sick: the office finds others for her visits, and is told what cannot be kept."""

from datetime import datetime

import pytest
import time_machine
from django.test import Client

from doorstep.domain.organization.models import Company
from doorstep.domain.resources.models import TimeOff, TimeOffState
from tests.conftest import NOW
from tests.factories.days import resource_of
from tests.factories.resources import tina

from .forms import run_dialog, send
from .world import World, page


@pytest.fixture
def absence(world: World) -> TimeOff:
    """Tom is away all Thursday; his visit with Carol lies in it."""
    return TimeOff.objects.create(
        resource=world.technician,
        starts_at=datetime(2026, 11, 26, 0, tzinfo=NOW.tzinfo),
        ends_at=datetime(2026, 11, 26, 23, tzinfo=NOW.tzinfo),
    )


def find_others(dispatcher: Client, absence: TimeOff) -> str:
    with time_machine.travel(NOW, tick=False):
        run_dialog(dispatcher, f"{page(TimeOff)}{absence.pk}/find_others/")
        return dispatcher.get(page(TimeOff)).content.decode()


def test_another_technician_takes_over(dispatcher: Client, world: World, absence: TimeOff) -> None:
    tina()
    told = find_others(dispatcher, absence)
    assert resource_of(world.booking) == tina()
    assert "1 visit has changed." in told


def test_what_cannot_be_kept_is_named_with_the_reason(
    dispatcher: Client, world: World, absence: TimeOff
) -> None:
    told = find_others(dispatcher, absence)
    assert resource_of(world.booking) == world.technician
    assert f"Cannot be kept: {world.booking}: nobody else who works then may do it." in told


def test_only_what_is_approved_is_repaired(
    dispatcher: Client, world: World, absence: TimeOff
) -> None:
    TimeOff.objects.filter(pk=absence.pk).update(state=TimeOffState.REQUESTED)
    assert dispatcher.get(f"{page(TimeOff)}{absence.pk}/find_others/").status_code == 404


def test_planning_is_set_in_the_office(administrator: Client, world: World) -> None:
    company = Company.objects.get()
    address = page(Company, "change", company.pk)
    send(administrator, address, replan_freeze_minutes="45", is_replanning_enabled="")
    company.refresh_from_db()
    assert (company.replan_freeze_minutes, company.is_replanning_enabled) == (45, False)
