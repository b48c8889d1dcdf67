"""What stands beside a window, and the windows that wait."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.factories.bookings import THURSDAY, World, window_key

from .journey import choose_service, choose_time, text_of

THE_DAY = f"/book/time/?day={THURSDAY.isoformat()}"


def put_off_all_but_three(world: World) -> None:
    world.portal.first_windows = 3
    world.portal.first_windows_from_percent = 0
    world.portal.full_clean()
    world.portal.save()


def test_says_which_window_is_the_first(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get("/book/time/")

    assert "08:00–10:00 London time First available" in text_of(response)


def test_says_where_the_technician_is_near(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get(THE_DAY)

    assert "10:00–12:00 London time Technician nearby" in text_of(response)


def test_labels_three_windows_of_a_day_at_most(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get(THE_DAY)

    assert response.content.count(b"chip__label") == 3


def test_a_portal_may_do_without_labels(carols: Client, world: World) -> None:
    world.portal.shows_labels = False
    world.portal.save()
    choose_service(carols, world)

    response = carols.get("/book/time/")

    assert b"chip__label" not in response.content


def test_shows_every_time_at_once_unless_told_otherwise(carols: Client, world: World) -> None:
    choose_service(carols, world)

    assert "More times" not in text_of(carols.get(THE_DAY))


def test_dearer_times_wait_behind_more_times(carols: Client, world: World) -> None:
    put_off_all_but_three(world)
    choose_service(carols, world)
    first_day = text_of(carols.get("/book/time/"))

    assert "More times" in first_day
    assert first_day.index("13:00–15:00") < first_day.index("More times")
    assert first_day.index("More times") < first_day.index("15:00–17:00")


def test_a_day_on_which_all_times_wait_shows_them(carols: Client, world: World) -> None:
    put_off_all_but_three(world)
    choose_service(carols, world)

    page = text_of(carols.get(THE_DAY))

    assert "10:00–12:00" in page
    assert "More times" not in page


def test_a_time_that_waits_is_taken_like_any_other(carols: Client, world: World) -> None:
    put_off_all_but_three(world)
    choose_service(carols, world)

    response = choose_time(carols, window_key(from_hour=15, to_hour=17))

    assert response.status_code == 302


def test_times_on_free_days_do_not_wait(carols: Client, world: World) -> None:
    put_off_all_but_three(world)
    world.portal.first_windows_from_percent = 90
    world.portal.save()
    choose_service(carols, world)

    assert "More times" not in text_of(carols.get("/book/time/"))


def test_fewer_than_three_times_are_refused(world: World) -> None:
    world.portal.first_windows = 2

    with pytest.raises(ValidationError, match="at least 3"):
        world.portal.full_clean()
