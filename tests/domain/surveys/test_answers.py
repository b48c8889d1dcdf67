"""Feedback about a visit: who may give it, for how long, and what of it is kept."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.surveys.errors import AnswerFixed, NotARating, SurveyClosed
from doorstep.domain.surveys.models import SurveyAnswer
from doorstep.domain.surveys.selectors import own_survey, own_surveys
from doorstep.platform.audit.selectors import history_of
from tests.factories.bookings import FRIDAY, World, book, make_world, window_key
from tests.factories.customers import make_contact
from tests.factories.surveys import answer, ask_by_own_form, ask_elsewhere, complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = make_world()
    ask_by_own_form(made.portal)
    made.service.survey_question = "Was everything left tidy?"
    made.service.save()
    return made


@pytest.fixture
def done(world: World, now: datetime) -> Booking:
    return complete(book(world, now=now), at=now)


def test_what_was_said_is_kept_with_the_question_as_it_was_asked(
    world: World, done: Booking, now: datetime
) -> None:
    answer(done, now=now, rating=4, question_rating=3, comment="  Quick and kind.\n")
    world.service.survey_question = "Were we on time?"
    world.service.save()

    kept = SurveyAnswer.objects.get()
    assert (kept.rating, kept.question_rating, kept.comment) == (4, 3, "Quick and kind.")
    assert kept.question == "Was everything left tidy?"
    assert (kept.contact, kept.given_at, kept.source) == (world.contact, now, "portal")
    assert history_of(done)[0].action == "feedback given"


def test_a_question_left_out_is_no_answer_to_it(done: Booking, now: datetime) -> None:
    assert answer(done, now=now).question == ""


def test_stars_for_a_question_nobody_asked_are_left_out(
    world: World, done: Booking, now: datetime
) -> None:
    world.service.survey_question = ""
    world.service.save()

    assert answer(Booking.objects.get(), now=now, question_rating=2).question_rating is None


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_only_one_to_five_stars_are_taken(done: Booking, now: datetime, stars: int) -> None:
    for reply in ({"rating": stars}, {"rating": 3, "question_rating": stars or 6}):
        with pytest.raises(NotARating):
            answer(done, now=now, **reply)


@pytest.mark.parametrize(
    "parent", [each for each in ParentStatus if each is not ParentStatus.COMPLETED]
)
def test_only_completed_visits_are_asked_about(
    world: World, now: datetime, parent: ParentStatus
) -> None:
    visit = book(world, now=now)
    Booking.objects.update(status=get_default_status(parent))

    with pytest.raises(SurveyClosed):
        answer(visit, now=now)


def test_nothing_is_asked_without_our_own_form(world: World, done: Booking, now: datetime) -> None:
    ask_elsewhere(world.portal)

    assert own_survey(done, contact=world.contact, now=now) is None
    with pytest.raises(SurveyClosed):
        answer(done, now=now)


def test_a_second_answer_takes_the_first_ones_place_for_fourteen_days(
    done: Booking, now: datetime
) -> None:
    answer(done, now=now, rating=2, comment="Late.")
    late = now + timedelta(days=14) - timedelta(seconds=1)
    answer(done, now=late, rating=4, comment="")

    kept = SurveyAnswer.objects.get()
    assert (kept.rating, kept.comment, kept.given_at, kept.changed_at) == (4, "", now, late)
    with pytest.raises(AnswerFixed):
        answer(done, now=now + timedelta(days=14), rating=1)
    kept.refresh_from_db()
    assert kept.rating == 4


def test_the_same_answer_twice_is_one_answer_and_one_line_of_history(
    done: Booking, now: datetime
) -> None:
    answer(done, now=now)
    answer(done, now=now + timedelta(minutes=1))

    assert SurveyAnswer.objects.get().changed_at == now
    assert [entry.action for entry in history_of(done)].count("feedback given") == 1
    assert "feedback changed" not in [entry.action for entry in history_of(done)]


def test_without_a_comment_the_one_given_before_stays(done: Booking, now: datetime) -> None:
    answer(done, now=now, comment="Thank you!")
    answer(done, now=now, rating=3, comment=None)

    assert SurveyAnswer.objects.get().comment == "Thank you!"


def test_thirty_days_after_the_visit_nobody_asks_any_more(done: Booking, now: datetime) -> None:
    with pytest.raises(SurveyClosed):
        answer(done, now=now + timedelta(days=30))
    answer(done, now=now + timedelta(days=30) - timedelta(seconds=1))


def test_what_was_said_on_the_last_day_can_still_be_changed(done: Booking, now: datetime) -> None:
    answer(done, now=now + timedelta(days=29))

    assert answer(done, now=now + timedelta(days=35), rating=1).rating == 1


def test_two_contacts_of_an_account_both_have_their_say(
    world: World, done: Booking, now: datetime
) -> None:
    other = make_contact(account=world.contact.account)
    answer(done, now=now, rating=5)
    answer(done, now=now, rating=1, contact=other)

    assert sorted(SurveyAnswer.objects.values_list("rating", flat=True)) == [1, 5]


def test_an_erased_contact_leaves_an_answer_without_a_name(
    world: World, done: Booking, now: datetime
) -> None:
    other = make_contact(account=world.contact.account)
    answer(done, now=now, rating=1, contact=other)
    other.delete()

    assert SurveyAnswer.objects.get().contact is None


def test_the_database_takes_no_answer_twice(world: World, done: Booking, now: datetime) -> None:
    given = answer(done, now=now)
    given.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        given.save(force_insert=True)


def test_many_visits_are_asked_about_with_few_queries(
    world: World, now: datetime, django_assert_max_num_queries: object
) -> None:
    for key in (window_key(), window_key(FRIDAY), window_key(FRIDAY, 13, 15)):
        visit = complete(book(world, now=now, key=key), at=now)
    answer(visit, now=now)
    visits = list(
        Booking.objects.select_related("status", "work_order__portal", "work_order__incident_type")
    )

    with django_assert_max_num_queries(2):  # type: ignore[operator]
        asked = own_surveys(visits, contact=world.contact, now=now)

    assert len(asked) == 3
    assert [pk for pk, survey in asked.items() if survey.answer] == [visit.pk]
