"""Who belongs to a crew, and who is at work."""

import datetime as dt
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from doorstep.domain.resources.errors import MembershipOverlaps, NotACrew
from doorstep.domain.resources.models import BookableResource, CrewMember
from doorstep.domain.resources.selectors import active_resources, crew_members, on_shift
from doorstep.domain.resources.services.crews import add_crew_member, end_crew_membership
from doorstep.platform.audit.services import SYSTEM
from tests.factories.organization import make_company
from tests.factories.resources import make_crew, make_hours, make_technician, tina, tom

pytestmark = pytest.mark.django_db

FIRST, TENTH, ELEVENTH = date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 11)


def test_a_member_belongs_to_the_crew_on_the_days_given() -> None:
    crew = make_crew([])
    add_crew_member(crew=crew, member=tom(), from_on=FIRST, to_on=TENTH, actor=SYSTEM)

    assert crew_members(crew, day=TENTH) == [tom()]
    assert crew_members(crew, day=ELEVENTH) == []


def test_leaders_come_first_and_who_left_the_company_not_at_all() -> None:
    gone = make_technician(is_active=False)
    crew = make_crew([])
    for member in (make_technician("Ann"), tom(), gone):
        add_crew_member(crew=crew, member=member, is_leader=member == tom(), actor=SYSTEM)

    assert [member.name for member in crew_members(crew, day=FIRST)] == ["Tom Technician", "Ann"]


def test_the_day_of_a_crew_ends_where_it_starts() -> None:
    crew = make_crew([], end_place="agnostic")

    with pytest.raises(ValidationError, match="ends where it starts"):
        crew.full_clean()


@pytest.mark.parametrize(
    ("from_on", "to_on", "refused"),
    [(None, None, True), (TENTH, None, True), (ELEVENTH, None, False), (None, FIRST, True)],
)
def test_nobody_is_a_member_twice_on_one_day(
    from_on: date | None, to_on: date | None, refused: bool
) -> None:
    crew = make_crew([])
    add_crew_member(crew=crew, member=tom(), from_on=FIRST, to_on=TENTH, actor=SYSTEM)

    try:
        add_crew_member(crew=crew, member=tom(), from_on=from_on, to_on=to_on, actor=SYSTEM)
    except MembershipOverlaps:
        assert refused
    else:
        assert not refused


def test_only_crews_have_members_and_crews_are_none() -> None:
    for crew, member in ((tina(), tom()), (make_crew([]), make_crew([]))):
        with pytest.raises(NotACrew):
            add_crew_member(crew=crew, member=member, actor=SYSTEM)


def test_a_membership_ends_with_its_last_day() -> None:
    crew = make_crew([tom()])

    end_crew_membership(membership=CrewMember.objects.get(), last_day=TENTH, actor=SYSTEM)

    assert crew_members(crew, day=ELEVENTH) == []


def test_a_membership_does_not_end_before_it_begins() -> None:
    membership = add_crew_member(crew=make_crew([]), member=tom(), from_on=TENTH, actor=SYSTEM)

    with pytest.raises(ValidationError):
        end_crew_membership(membership=membership, last_day=FIRST, actor=SYSTEM)


def test_who_is_not_in_use_is_not_listed() -> None:
    tom()
    make_technician(is_active=False)

    assert list(active_resources()) == [tom()]


@pytest.mark.parametrize(
    ("hour", "at_work"), [(7, False), (8, True), (11, True), (12, False), (13, True), (17, False)]
)
def test_at_work_is_who_has_hours_and_no_break(hour: int, at_work: bool) -> None:
    make_company()
    tom()

    assert bool(on_shift(at=datetime(2026, 11, 23, hour, tzinfo=UTC))) == at_work


def test_the_night_shift_of_the_day_before_is_at_work() -> None:
    make_company()
    owl: BookableResource = make_technician(works=False)
    make_hours(owl, dt.time(22), dt.time(6), weekdays=[0])

    assert on_shift(at=datetime(2026, 11, 24, 5, 59, tzinfo=UTC)) == [owl]
