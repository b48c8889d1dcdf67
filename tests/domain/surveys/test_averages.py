"""Averages: of whom, of when, and how many answers stand behind them."""

from datetime import datetime, timedelta

import pytest

from doorstep.domain.bookings.models import Assignment, Booking
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.domain.surveys.averages import (
    answers_between,
    average_by_service,
    average_by_technician,
    average_of_all,
)
from tests.factories.bookings import FRIDAY, World, book, make_world, window_key
from tests.factories.resources import make_technician
from tests.factories.surveys import answer, ask_by_own_form, complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = make_world()
    ask_by_own_form(made.portal)
    made.service.survey_question = "Was everything left tidy?"
    made.service.save()
    return made


def send_along(visit: Booking, resource: BookableResource) -> None:
    first = visit.assignments.order_by("pk")[0]
    Assignment.objects.create(
        booking=visit, resource=resource, starts_at=first.starts_at,
        arrives_at=first.arrives_at, ends_at=first.ends_at,
    )  # fmt: skip


def test_an_answer_counts_for_everybody_who_came(world: World, now: datetime) -> None:
    alone = complete(book(world, now=now), at=now)
    together = complete(book(world, now=now, key=window_key(FRIDAY)), at=now)
    helper = make_technician(name="Zoe")
    ladder = make_technician(name="Ladder", kind=ResourceKind.EQUIPMENT)
    send_along(together, helper)
    send_along(together, ladder)
    answer(alone, now=now, rating=5, question_rating=4)
    answer(together, now=now, rating=2)

    found = average_by_technician(answers_between(now, now + timedelta(days=1)))

    told = [(each.name, each.count, each.rating, each.question_count) for each in found]
    assert told == [(world.technician.name, 2, 3.5, 1), ("Zoe", 1, 2.0, 0)]
    assert [each.question_rating for each in found] == [4.0, None]


def test_a_service_has_its_average_and_its_count(world: World, now: datetime) -> None:
    for key, stars in ((window_key(), 5), (window_key(FRIDAY), 4)):
        answer(complete(book(world, now=now, key=key), at=now), now=now, rating=stars)

    (found,) = average_by_service(answers_between(now, now + timedelta(days=1)))

    assert (found.pk, found.name, found.count) == (world.service.pk, world.service.name, 2)
    assert found.rating == 4.5


def test_only_answers_of_the_time_asked_for_count(world: World, now: datetime) -> None:
    answer(complete(book(world, now=now), at=now), now=now)
    day = timedelta(days=1)

    assert average_of_all(answers_between(now - day, now)) is None
    assert average_by_service(answers_between(now + day, now + 2 * day)) == []
    found = average_of_all(answers_between(now, now + day))
    assert found is not None
    assert (found.count, found.rating) == (1, 5.0)
