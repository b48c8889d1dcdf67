"""Carol books a visit."""

from zoneinfo import ZoneInfo

from django.test import Client

from doorstep.domain.bookings.models import Booking, Hold
from doorstep.platform.lib.site_time import format_time
from tests.factories.bookings import World, window_key
from tests.factories.customers import make_asset, make_location

from .journey import answers, book, choose_service, choose_time, text_of, up_to_review


def test_asks_for_the_asset_first_when_she_has_one(carols: Client, world: World) -> None:
    make_asset(account=world.contact.account, name="Kitchen boiler")

    response = carols.get("/book/", follow=True)

    assert "Kitchen boiler" in text_of(response)


def test_shows_the_address_at_which_an_asset_stands(carols: Client, world: World) -> None:
    account = world.contact.account
    shop = make_location(account=account, street="7 Market Street", city="Salford")
    make_asset(account=account, location=shop)

    response = carols.get("/book/asset/")

    assert "7 Market Street, Salford" in text_of(response)


def test_goes_straight_to_the_service_without_assets(carols: Client) -> None:
    response = carols.get("/book/")

    assert response.headers["Location"] == "/book/service/"


def test_skips_assets_when_the_portal_does_not_ask_for_them(carols: Client, world: World) -> None:
    make_asset(account=world.contact.account)
    world.portal.allows_asset_selection = False
    world.portal.save()

    response = carols.get("/book/")

    assert response.headers["Location"] == "/book/service/"


def test_names_services_as_customers_know_them(carols: Client, world: World) -> None:
    response = carols.get("/book/service/")

    assert world.service.customer_name in text_of(response)
    assert "about 1 hour" in text_of(response)


def test_names_the_zone_beside_the_times(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get("/book/time/")

    assert "08:00–10:00 London time" in text_of(response)


def test_leads_with_the_next_available_time(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get("/book/time/")

    assert "Next available Tuesday, 24 November 2026 08:00–10:00" in text_of(response)


def test_says_what_a_window_means(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get("/book/time/")

    assert "The technician arrives within the window you choose" in text_of(response)


def test_shows_a_month_on_request(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get("/book/time/?view=month&month=2026-12")

    assert "December 2026" in text_of(response)
    assert 'href="/book/time/?day=2026-12-03"' in response.content.decode()


def test_shows_only_the_windows_to_a_day_switch(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.get("/book/time/?day=2026-11-26", headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert "Thursday, 26 November 2026" in response.content.decode()


def test_holds_the_chosen_time_and_says_until_when(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    response = carols.get("/book/details/")

    until = format_time(Hold.objects.get().expires_at, ZoneInfo("Europe/London"))
    assert f"Held for you until {until}, London time." in text_of(response)


def test_reviews_the_day_and_the_hours(carols: Client, world: World) -> None:
    page = text_of(up_to_review(carols, world))

    assert "arrives between Thursday, 26 November 2026 10:00–12:00 London time" in page


def test_a_service_named_from_right_to_left_keeps_the_order_of_the_line(
    carols: Client, world: World
) -> None:
    world.service.customer_name = "صيانة"
    world.service.save()

    page = up_to_review(carols, world).content.decode()

    assert "<bdi>صيانة</bdi> · about 1 hour" in page


def test_books_what_was_reviewed(carols: Client, world: World) -> None:
    booking = book(carols, world, details="The dog is friendly.")

    assert booking.work_order.reported_by == world.contact
    assert booking.notes.get().text == "The dog is friendly."


def test_ends_on_the_visit_with_everything_to_know(carols: Client, world: World) -> None:
    review = up_to_review(carols, world)

    response = carols.post("/book/review/", answers(review), follow=True)

    page = text_of(response)
    assert "Your visit is booked" in page
    assert "10:00–12:00" in page
    assert Booking.objects.get().number in page


def test_books_once_however_often_the_form_is_sent(carols: Client, world: World) -> None:
    form = answers(up_to_review(carols, world, details="Twice"))

    first = carols.post("/book/review/", form)
    second = carols.post("/book/review/", form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Booking.objects.count() == 1


def test_asks_for_no_details_when_the_portal_takes_none(carols: Client, world: World) -> None:
    world.portal.allows_additional_details = False
    world.portal.save()
    choose_service(carols, world)

    response = choose_time(carols)

    assert response.headers["Location"] == "/book/review/"


def test_shows_her_held_time_as_free_to_herself(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    response = carols.get("/book/time/?day=2026-11-26")

    assert "10:00–12:00 London time Your choice so far" in text_of(response)
    assert window_key() in response.content.decode()
