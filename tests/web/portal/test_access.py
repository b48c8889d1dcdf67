"""Who may open which page. Mallory belongs to another account and sees nothing of Acme's."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories.bookings import World, book
from tests.factories.customers import mallory
from tests.factories.identity import dana

from .conftest import SignIn
from .journey import text_of

VISIT_PAGES = ["visit", "visit_calendar", "move", "move_review", "cancel"]
VISIT_ACTIONS = [
    "move",
    "move_review",
    "move_hold_extend",
    "move_hold_release",
    "cancel",
]
BOOKING_PAGES = [
    "book",
    "book_asset",
    "book_service",
    "book_time",
    "book_details",
    "book_review",
]
BOOKING_ACTIONS = [*BOOKING_PAGES[1:], "book_hold_extend", "book_hold_release"]


@pytest.mark.parametrize("page", VISIT_PAGES)
def test_another_account_does_not_find_the_visit(page: str, world: World, sign_in: SignIn) -> None:
    visit = _visit(world)

    response = sign_in(mallory()).get(reverse(f"portal:{page}", args=[visit]))

    assert response.status_code == 404
    assert "Boiler" not in response.content.decode()


@pytest.mark.parametrize("page", VISIT_ACTIONS)
def test_another_account_can_do_nothing_to_the_visit(
    page: str, world: World, sign_in: SignIn
) -> None:
    visit = _visit(world)

    response = sign_in(mallory()).post(reverse(f"portal:{page}", args=[visit]))

    assert response.status_code == 404


@pytest.mark.parametrize("page", VISIT_PAGES)
def test_a_stranger_is_sent_to_sign_in_from_a_visit(page: str, world: World) -> None:
    path = reverse(f"portal:{page}", args=[_visit(world)])

    response = Client().get(path)

    assert response.headers["Location"].startswith(f"/accounts/login/?next={path}")


@pytest.mark.parametrize("page", BOOKING_PAGES)
def test_a_stranger_is_sent_to_sign_in_before_booking(page: str, world: World) -> None:
    response = Client().get(reverse(f"portal:{page}"))

    assert response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", BOOKING_ACTIONS)
def test_a_stranger_cannot_post_a_booking(page: str, world: World) -> None:
    response = Client().post(reverse(f"portal:{page}"))

    assert response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", BOOKING_PAGES)
def test_nobody_books_while_self_scheduling_is_off(page: str, world: World, carols: Client) -> None:
    world.portal.is_self_scheduling_enabled = False
    world.portal.save()

    response = carols.get(reverse(f"portal:{page}"))

    assert response.status_code == 403
    assert "Online booking is closed" in text_of(response)


def test_tells_strangers_what_they_can_do_here(world: World) -> None:
    response = Client().get("/")

    assert "Sign in" in text_of(response)
    assert "I have an invitation" in text_of(response)


def test_sends_staff_to_the_office(world: World) -> None:
    client = Client()
    client.force_login(dana())

    response = client.get("/")

    assert response.status_code == 403
    assert 'href="/office/"' in response.content.decode()


@pytest.mark.parametrize(
    "closing", [{"is_excluded": True}, {"is_active": False}], ids=["excluded", "inactive"]
)
def test_tells_a_closed_account_whom_to_call(
    closing: dict[str, bool], world: World, carols: Client
) -> None:
    world.portal.contact_phone = "+44 161 496 0000"
    world.portal.save()
    _set(world.contact.account, closing)

    response = carols.get("/")

    assert response.status_code == 403
    assert "+44 161 496 0000" in text_of(response)


@pytest.mark.parametrize("flag", ["is_active", "allows_sign_in"])
def test_closes_the_pages_to_a_contact_who_may_not_sign_in(
    flag: str, world: World, carols: Client
) -> None:
    _set(world.contact, {flag: False})

    response = carols.get("/book/service/")

    assert response.status_code == 403


def test_pages_of_a_customer_are_not_kept_by_browsers(world: World, carols: Client) -> None:
    response = carols.get("/")

    assert "no-store" in response.headers["Cache-Control"]


def _visit(world: World) -> str:
    return book(world, now=timezone.now()).code


def _set(row: object, values: dict[str, bool]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()  # type: ignore[attr-defined]
