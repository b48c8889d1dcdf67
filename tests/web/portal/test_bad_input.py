"""Whatever is sent: a clear answer, never an error of ours, and nothing changed."""

import pytest
from django.test import Client
from django.utils import timezone

from doorstep.domain.bookings.models import Booking, Hold
from tests.factories.bookings import World, window_key
from tests.factories.bookings import book as make_booking
from tests.factories.customers import make_asset, mallory
from tests.factories.work import make_incident_type, make_work_order_type

from .journey import answers, book, choose_service, choose_time, text_of, up_to_review


def test_refuses_the_asset_of_somebody_else(carols: Client, world: World) -> None:
    make_asset(account=world.contact.account)
    foreign = make_asset(account=mallory().account)

    response = carols.post("/book/asset/", {"asset": foreign.pk})

    assert response.status_code == 400
    assert "Please choose one of these." in text_of(response)


@pytest.mark.parametrize("asset", ["", "0", "-1", "9" * 40, "1e3", "ten", "٣"])
def test_refuses_nonsense_for_an_asset(asset: str, carols: Client, world: World) -> None:
    make_asset(account=world.contact.account)

    assert carols.post("/book/asset/", {"asset": asset}).status_code == 400


def test_refuses_a_service_that_is_not_offered(carols: Client, world: World) -> None:
    hidden = make_incident_type(is_customer_bookable=False)

    assert carols.post("/book/service/", {"service": hidden.pk}).status_code == 400


def test_refuses_a_service_of_an_excluded_type(carols: Client, world: World) -> None:
    excluded = make_incident_type(work_order_type=make_work_order_type(is_excluded=True))

    assert carols.post("/book/service/", {"service": excluded.pk}).status_code == 400


@pytest.mark.parametrize("service", ["", "0", "9" * 40, "' OR 1=1 --", "<script>"])
def test_refuses_nonsense_for_a_service(service: str, carols: Client) -> None:
    assert carols.post("/book/service/", {"service": service}).status_code == 400


@pytest.mark.parametrize(
    "key",
    [
        "20261126T101500Z-20261126T120000Z",
        "20261122T100000Z-20261122T120000Z",
        "20271126T100000Z-20271126T120000Z",
        "20261126T100000Z-20261126T100000Z",
        "99999999T999999Z-99999999T999999Z",
        "-",
        "x" * 5000,
        "20261126T100000Z-20261126T120000Z; DROP TABLE",
    ],
    ids=["off the grid", "past", "too far", "no window", "no date", "dash", "long", "tail"],
)
def test_refuses_a_time_that_is_not_on_offer(key: str, carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.post("/book/time/", {"key": key})

    assert response.status_code == 400
    assert "That time cannot be booked" in text_of(response)
    assert not Hold.objects.exists()


def test_asks_again_when_no_time_was_chosen(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.post("/book/time/", {})

    assert "Please choose a time." in text_of(response)


@pytest.mark.parametrize(
    "query",
    ["day=2020-01-01", "day=tomorrow", "day=2026-02-30", "from=9999-12-31", "day=" + "9" * 400],
)
def test_answers_an_impossible_day_with_possible_ones(
    query: str, carols: Client, world: World
) -> None:
    choose_service(carols, world)

    response = carols.get(f"/book/time/?{query}")

    assert response.status_code == 200
    assert "That day cannot be booked." in text_of(response)


@pytest.mark.parametrize("month", ["", "2026-13", "0001-01", "9999-12", "x"])
def test_answers_an_impossible_month_with_the_first(
    month: str, carols: Client, world: World
) -> None:
    choose_service(carols, world)

    response = carols.get("/book/time/", {"view": "month", "month": month})

    assert "November 2026" in text_of(response)


def test_keeps_details_that_are_too_long_and_says_how_much(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    response = carols.post("/book/details/", {"details": "x" * 2001})

    assert response.status_code == 400
    assert "Please shorten it to 2000 characters (now 2001)." in text_of(response)
    assert "x" * 2001 in response.content.decode()


def test_counts_a_line_break_once(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    response = carols.post("/book/details/", {"details": "x" * 1998 + "\r\n" + "y"})

    assert response.status_code == 302


def test_refuses_ten_megabytes_kindly(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    response = carols.post("/book/details/", {"details": "x" * 10_000_000})

    assert response.status_code in {400, 413}
    assert "shorten it" in text_of(response)


def test_refuses_ten_megabytes_as_an_ordinary_form(carols: Client, world: World) -> None:
    response = carols.post(
        "/book/details/",
        "details=" + "x" * 10_000_000,
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 413


def test_does_not_book_overlong_details_around_the_form(carols: Client, world: World) -> None:
    form = answers(up_to_review(carols, world)) | {"details": "x" * 2001}

    carols.post("/book/review/", form)

    assert not Booking.objects.exists()


@pytest.mark.parametrize("name", ["hold", "request_key"])
@pytest.mark.parametrize("value", ["", "x", "x" * 1000, "../../etc", "é" * 32])
def test_books_nothing_with_a_tampered_form(
    name: str, value: str, carols: Client, world: World
) -> None:
    form = answers(up_to_review(carols, world)) | {name: value}

    response = carols.post("/book/review/", form)

    assert response.status_code == 302
    assert not Booking.objects.exists()


def test_does_not_confirm_what_another_contact_holds(carols: Client, world: World, sign_in) -> None:
    form = answers(up_to_review(carols, world))

    sign_in(mallory()).post("/book/review/", form)

    assert not Booking.objects.exists()


def test_the_same_key_with_another_answer_changes_nothing(carols: Client, world: World) -> None:
    form = answers(up_to_review(carols, world))
    carols.post("/book/review/", form)

    carols.post("/book/review/", form | {"details": "Something else"})

    assert Booking.objects.get().notes.count() == 0


def test_takes_one_of_repeated_parameters(carols: Client, world: World) -> None:
    choose_service(carols, world)

    response = carols.post("/book/time/", {"key": [window_key(), "nonsense"]})

    assert response.status_code == 400
    assert not Hold.objects.exists()


@pytest.mark.parametrize("path", ["/visits/%00/", "/visits/abc%00/move/", "/%00"])
def test_a_nul_in_the_path_is_a_bad_request(path: str, carols: Client) -> None:
    assert carols.get(path).status_code == 400


@pytest.mark.parametrize("query", ["day=%00", "%00=1", "day=%ff", "day=%ED%A0%80"])
def test_unreadable_text_in_the_query_is_a_bad_request(query: str, carols: Client) -> None:
    assert carols.get(f"/book/time/?{query}").status_code == 400


def test_a_nul_in_a_form_is_a_bad_request(carols: Client, world: World) -> None:
    choose_service(carols, world)
    choose_time(carols)

    assert carols.post("/book/details/", {"details": "a\x00b"}).status_code == 400


@pytest.mark.parametrize("body", [b"details=%00", b"details=%ff", b"details=\xff\xfe"])
def test_unreadable_text_in_an_ordinary_form_is_a_bad_request(body: bytes, carols: Client) -> None:
    response = carols.post("/book/details/", body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 400


def test_a_form_in_another_character_set_is_a_bad_request(carols: Client) -> None:
    kind = "application/x-www-form-urlencoded; charset=hex"

    response = carols.generic("POST", "/book/details/", b"details=x", content_type=kind)

    assert response.status_code == 400


def test_forgets_a_cookie_nobody_can_have(world: World) -> None:
    client = Client()
    client.cookies["sessionid"] = "\x00" * 40

    assert client.get("/").status_code == 200


def test_an_unknown_visit_is_not_found(carols: Client, world: World) -> None:
    assert carols.get("/visits/" + "x" * 500 + "/").status_code == 404


def test_shows_markup_in_details_as_text(carols: Client, world: World) -> None:
    booking = book(carols, world, details="<script>alert(1)</script>")

    response = carols.get(f"/visits/{booking.code}/")

    assert "<script>alert(1)" not in response.content.decode()


@pytest.mark.parametrize("reason", ["", "nonsense", "solved"])
def test_cancels_only_for_reasons_it_knows(reason: str, carols: Client, world: World) -> None:
    booking = make_booking(world, now=timezone.now())
    form = {"reason": reason, "request_key": "k" * 32, "version": booking.version}

    carols.post(f"/visits/{booking.code}/cancel/", form)

    booking.refresh_from_db()
    assert (booking.canceled_at is None) == (reason == "nonsense")
