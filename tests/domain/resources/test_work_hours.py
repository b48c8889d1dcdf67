"""Saying when somebody works."""

import datetime as dt
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from doorstep.domain.resources.models import DayHours, HoursKind, WorkHours
from doorstep.domain.resources.services.work_hours import (
    Hours,
    WeeklyHours,
    reset_day_hours,
    set_day_hours,
    set_work_hours,
)
from doorstep.domain.resources.working_hours import working_days
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.audit.services import SYSTEM
from tests.factories.organization import make_company
from tests.factories.resources import tina, tom

from .conftest import News

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
EARLY = WeeklyHours((0, 1), dt.time(6), dt.time(14))


def lengths(day: date = MONDAY) -> list[int]:
    """Hours of Tom's stretches."""
    make_company()
    return [
        int((end - start).total_seconds() // 3600)
        for each in working_days([tom()], from_day=day, to_day=day)[tom().pk]
        for start, end in each.lanes[0].stretches
    ]


def test_new_rules_replace_the_old(news: News) -> None:
    pause = WeeklyHours((1, 0, 0), dt.time(10), dt.time(11), kind=HoursKind.BREAK)

    set_work_hours(resource=tom(), rules=[EARLY, pause], actor=SYSTEM)

    assert lengths() == [4, 3]
    assert news() == ["WorkHoursChanged"]


def test_the_rules_of_others_stay() -> None:
    tina()

    set_work_hours(resource=tom(), rules=[], actor=SYSTEM)

    assert set(WorkHours.objects.values_list("resource", flat=True)) == {tina().pk}


@pytest.mark.parametrize(
    "wrong",
    [
        WeeklyHours((), dt.time(6), dt.time(14)),
        WeeklyHours((7,), dt.time(6), dt.time(14)),
        WeeklyHours((0,), dt.time(6), dt.time(14), every_weeks=0),
        WeeklyHours((0,), dt.time(6), dt.time(14), every_weeks=2),
    ],
)
def test_rules_that_make_no_sense_leave_the_old(wrong: WeeklyHours) -> None:
    resource = tom()

    with pytest.raises(ValidationError):
        set_work_hours(resource=resource, rules=[EARLY, wrong], actor=SYSTEM)

    assert lengths() == [4, 4]


def test_one_day_may_be_different(news: News) -> None:
    set_day_hours(resource=tom(), day=MONDAY, hours=[Hours(dt.time(9), dt.time(11))], actor=SYSTEM)

    assert lengths() == [2]
    assert news() == ["WorkHoursChanged"]


def test_one_day_may_be_off() -> None:
    set_day_hours(resource=tom(), day=MONDAY, hours=[], actor=SYSTEM)

    assert lengths() == []


def test_a_day_set_twice_is_as_it_was_set_last() -> None:
    set_day_hours(resource=tom(), day=MONDAY, hours=[], actor=SYSTEM)
    set_day_hours(resource=tom(), day=MONDAY, hours=[Hours(dt.time(9), dt.time(11))], actor=SYSTEM)

    assert lengths() == [2]


def test_a_day_may_be_as_every_week_again() -> None:
    set_day_hours(resource=tom(), day=MONDAY, hours=[], actor=SYSTEM)

    assert reset_day_hours(resource=tom(), day=MONDAY, actor=SYSTEM)
    assert not reset_day_hours(resource=tom(), day=MONDAY, actor=SYSTEM)

    assert not DayHours.objects.exists()
    assert lengths() == [4, 4]


def test_the_history_says_which_hours_were_set() -> None:
    set_work_hours(resource=tom(), rules=[EARLY], actor=SYSTEM)

    assert history_of(tom()).get().data == {"hours": ["0,1: work 06:00–14:00"]}
