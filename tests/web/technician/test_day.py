"""The day of a technician: who may look, what is on it, in which order."""

from datetime import time, timedelta

import pytest
from django.test import Client

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.resources.models import TimeOff
from doorstep.platform.identity.roles import Role
from tests.conftest import NOW
from tests.factories.bookings import THURSDAY, World
from tests.factories.customers import carol
from tests.factories.days import book_at
from tests.factories.identity import dana, make_user
from tests.factories.on_site import at, go
from tests.factories.resources import make_break, make_hours, tina, tom

from .conftest import SignIn

DAY = "/technician/"


def text_of(client: Client, address: str = DAY) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- Who --------------------------------------------------------------------------------------


def test_who_is_not_signed_in_signs_in_first(sign_in: SignIn, world: World) -> None:
    answer = sign_in(None).get(DAY)

    assert answer.url == "/accounts/login/?next=/technician/"


def test_for_customers_there_is_nothing_here(sign_in: SignIn, world: World) -> None:
    assert sign_in(carol().user).get(DAY).status_code == 404


@pytest.mark.parametrize("who", ["dispatcher", "technician without a resource"])
def test_staff_without_a_resource_are_told_what_is_missing(
    sign_in: SignIn, world: World, who: str
) -> None:
    user = dana() if who == "dispatcher" else make_user(role=Role.TECHNICIAN)

    answer = sign_in(user).get(DAY)

    assert answer.status_code == 403
    assert "signs in as" in answer.content.decode()


def test_who_is_no_longer_active_sees_no_visits(world: World, visit: Booking, toms: Client) -> None:
    world.technician.is_active = False
    world.technician.save()

    assert toms.get(DAY).status_code == 403
    assert toms.get(f"/technician/visits/{visit.code}/").status_code == 403


def test_technicians_land_on_their_day_after_signing_in(sign_in: SignIn, world: World) -> None:
    tom()
    client = sign_in(None)

    answer = client.post(
        "/accounts/login/",
        {"login": "tom@example.com", "password": "correct horse battery staple"},
    )

    assert answer.url == DAY


# --- What -------------------------------------------------------------------------------------


def test_a_day_without_visits_says_so(world: World, toms: Client) -> None:
    text = text_of(toms, f"{DAY}?day=2026-11-28")

    assert "Nothing is planned for you on this day" in text


def test_the_next_visit_is_on_top_with_its_next_step(visit: Booking, toms: Client) -> None:
    text = text_of(toms)

    assert "Next visit" in text
    assert "Start travel" in text
    assert "Acme" in text
    assert "10:00–12:00" in text


def test_visits_of_others_are_not_on_the_day(visit: Booking, sign_in: SignIn) -> None:
    text = text_of(sign_in(tina().user))

    assert visit.code not in text


def test_visits_stand_in_order_with_the_way_between_them(world: World, toms: Client) -> None:
    late = book_at(world, 53.60, -2.40, now=NOW, hours=(13, 15))
    early = book_at(world, 53.471, -2.231, now=NOW, hours=(8, 10))

    page = text_of(toms).split("All of today")[1]

    assert page.index(early.code) < page.index("min travel", page.index(early.code))
    assert page.index("min travel", page.index(early.code)) < page.index(late.code)


def test_what_is_under_way_is_on_top_whatever_comes_first(world: World, toms: Client) -> None:
    book_at(world, 53.471, -2.231, now=NOW, hours=(8, 10))
    second = book_at(world, 53.472, -2.232, now=NOW, hours=(13, 15))
    go(second, P.TRAVELING, at(8, 55))

    text = text_of(toms)

    assert "You are on the way" in text
    assert text.index(second.code) < text.index("All of today")
    assert "Arrived" in text


def test_breaks_and_time_off_stand_between_the_visits(world: World, toms: Client) -> None:
    TimeOff.objects.create(
        resource=world.technician, starts_at=at(15), ends_at=at(17), reason="Dentist"
    )

    text = text_of(toms)

    assert "12:00–12:30" in text
    assert "15:00–17:00" in text


def test_a_break_that_floats_says_how_long_it_is(world: World, toms: Client) -> None:
    world.technician.work_hours.all().delete()
    make_hours(world.technician)
    make_break(world.technician, time(11), time(14), break_minutes=45)

    assert "Break of 45 minutes" in text_of(toms)


def test_another_day_shows_its_visits_without_steps(
    visit: Booking, toms: Client, clock: object
) -> None:
    clock.move_to(at(9) - timedelta(days=1))  # type: ignore[attr-defined]

    text = text_of(toms, f"{DAY}?day={THURSDAY.isoformat()}")

    assert visit.code in text
    assert "Start travel" not in text
    assert "Tomorrow" in text


@pytest.mark.parametrize("day", ["never", "2026-13-01", "", "9999-99-99"])
def test_a_day_that_is_none_leads_to_today(world: World, toms: Client, day: str) -> None:
    answer = toms.get(DAY, {"day": day})

    assert answer.url == DAY


def test_it_speaks_the_technicians_language(visit: Booking, world: World, toms: Client) -> None:
    user = world.technician.user
    user.language = "ar"
    user.save()

    assert 'dir="rtl"' in text_of(toms)
