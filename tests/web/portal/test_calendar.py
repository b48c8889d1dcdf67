"""The page on which a customer makes and stops the address of her calendar."""

from datetime import datetime
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from doorstep.domain.calendars.models import CalendarFeed
from tests.factories.bookings import World, book
from tests.factories.customers import mallory

from .conftest import SignIn
from .journey import text_of

PAGE = "/profile/calendar/"


def made_address(answer: HttpResponse) -> str:
    """The one in the field, as the path of this site."""
    html = answer.content.decode()
    url = unescape(html.split('id="feed-url"')[1].split('value="')[1].split('"')[0])
    return url[url.index("/calendar/") :]


def test_looking_makes_nothing(carols: Client) -> None:
    page = carols.get(PAGE)

    assert "No address yet" in text_of(page)
    assert not CalendarFeed.objects.exists()


def test_the_address_is_shown_once_and_opens_her_visits(
    world: World, carols: Client, now: datetime
) -> None:
    booking = book(world, now=now)

    page = carols.post(PAGE, {"do": "make"})

    address = made_address(page)
    assert booking.code in Client().get(address).content.decode()
    assert f"webcal://127.0.0.1:8000{address}" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    code = address.removeprefix("/calendar/").removesuffix(".ics")
    assert code not in carols.get(PAGE).content.decode()
    assert code not in str(dict(carols.session)) + str(carols.cookies)


def test_the_page_says_when_a_program_read_it(carols: Client) -> None:
    address = made_address(carols.post(PAGE, {"do": "make"}))
    assert "No calendar program has read it so far." in text_of(carols.get(PAGE))

    Client().get(address)

    page = text_of(carols.get(PAGE))
    assert "Made Monday, 23 November 2026, 09:00, London time." in page
    assert "Last read by a calendar program Monday, 23 November 2026, 09:00, London time." in page


def test_made_anew_the_old_address_stops(carols: Client) -> None:
    old = made_address(carols.post(PAGE, {"do": "make"}))
    new = made_address(carols.post(PAGE, {"do": "make"}))

    assert [Client().get(each).status_code for each in (old, new)] == [404, 200]


def test_it_can_be_stopped(carols: Client) -> None:
    address = made_address(carols.post(PAGE, {"do": "make"}))

    page = carols.post(PAGE, {"do": "stop"}, follow=True)

    assert "The address no longer works." in text_of(page)
    assert "No address yet" in text_of(page)
    assert Client().get(address).status_code == 404


def test_stopping_what_is_not_there_is_no_mistake(carols: Client) -> None:
    assert carols.post(PAGE, {"do": "stop"}).status_code == 302
    assert carols.post(PAGE, {}).status_code == 302


def test_what_others_make_is_their_own(world: World, carols: Client, sign_in: SignIn) -> None:
    address = made_address(carols.post(PAGE, {"do": "make"}))

    sign_in(mallory()).post(PAGE, {"do": "stop"})

    assert Client().get(address).status_code == 200


def test_no_form_of_another_site_makes_one(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert world.contact.user is not None
    client.force_login(world.contact.user)

    assert client.post(PAGE, {"do": "make"}).status_code == 403
    assert not CalendarFeed.objects.exists()


def test_who_holds_it_is_said_before_it_is_made(carols: Client) -> None:
    assert "Whoever has the address sees the visits" in text_of(carols.get(PAGE))


@pytest.mark.parametrize("language", ["de", "ar"])
def test_her_profile_leads_there_in_her_language(
    world: World, carols: Client, language: str
) -> None:
    world.contact.language = language
    world.contact.has_seen_profile = True
    world.contact.save()

    assert PAGE in carols.get("/profile/").content.decode()
    assert "No address yet" not in text_of(carols.get(PAGE))
