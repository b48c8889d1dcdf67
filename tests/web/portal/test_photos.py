"""Photos that a customer sends ahead to the technician."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from doorstep.domain.bookings.models import Booking, BookingPhoto, ParentStatus
from doorstep.domain.bookings.services.pictures import MOST_OF_CUSTOMERS
from tests.conftest import NOW
from tests.factories.bookings import World, book, make_link
from tests.factories.customers import mallory
from tests.factories.tracking import become

from .conftest import SignIn


@pytest.fixture
def booking(world: World) -> Booking:
    return book(world, now=NOW)


def picture(kind: str = "JPEG") -> SimpleUploadedFile:
    """With a place in its metadata, as phones write it."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (53.0, 28.0, 48.0)}
    Image.new("RGB", (640, 480), "teal").save(written, kind, exif=exif)
    return SimpleUploadedFile("IMG_1.jpg", written.getvalue(), "image/jpeg")


def send(client: Client, booking: Booking, **values: Any) -> Any:
    data = {"picture": picture(), "caption": "Type plate"} | values
    return client.post(f"/visits/{booking.code}/photos/", data, follow=True)


def test_a_photo_is_kept_without_the_place_it_was_taken_at(
    carols: Client, booking: Booking
) -> None:
    shown = send(carols, booking).content.decode()
    assert "The photo was sent." in shown
    assert "1 photo sent" in shown
    assert "There is room for 5 more." in shown

    photo = BookingPhoto.objects.get()
    assert photo.is_from_customer
    with photo.picture.open() as file, Image.open(file) as kept:
        assert not kept.getexif()


def test_its_sender_sees_it_and_may_remove_it(carols: Client, booking: Booking) -> None:
    send(carols, booking)
    number = BookingPhoto.objects.get().pk
    assert carols.get(f"/visits/{booking.code}/photos/{number}/").status_code == 200

    answer = carols.post(f"/visits/{booking.code}/photos/{number}/remove/", follow=True)
    assert "The photo was removed." in answer.content.decode()
    assert not BookingPhoto.objects.exists()


def test_the_page_of_the_visit_says_how_many_were_sent(carols: Client, booking: Booking) -> None:
    assert "photos sent" not in carols.get(f"/visits/{booking.code}/").content.decode()
    send(carols, booking)
    send(carols, booking)

    assert "2 photos sent" in carols.get(f"/visits/{booking.code}/").content.decode()


def test_others_see_nothing_of_it(carols: Client, booking: Booking, sign_in: SignIn) -> None:
    send(carols, booking)
    number = BookingPhoto.objects.get().pk
    stranger = sign_in(mallory())

    assert stranger.get(f"/visits/{booking.code}/photos/{number}/").status_code == 404
    assert stranger.post(f"/visits/{booking.code}/photos/{number}/remove/").status_code == 404
    assert send(stranger, booking).status_code == 404
    assert BookingPhoto.objects.count() == 1


def test_by_a_link_photos_are_sent_and_not_seen(carols: Client, booking: Booking) -> None:
    send(carols, booking)
    number = BookingPhoto.objects.get().pk
    guest = Client()
    guest.get(make_link(booking, now=NOW))

    answer = guest.post(
        f"/visit/{booking.code}/photos/", {"picture": picture(), "caption": ""}, follow=True
    )
    assert "2 photos sent" in answer.content.decode()
    assert "<img" not in answer.content.decode().partition("<main")[2].partition("</main")[0]
    assert guest.get(f"/visit/{booking.code}/photos/{number}/").status_code == 404


def test_what_is_no_picture_is_refused_and_the_words_stay(carols: Client, booking: Booking) -> None:
    fake = SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>", "image/jpeg")
    answer = send(carols, booking, picture=fake, caption="My boiler")

    assert answer.status_code == 400
    assert "not a picture we can read" in answer.content.decode()
    assert "My boiler" in answer.content.decode()
    # Said above everything else, and reading begins there.
    assert 'href="#id_picture"' in answer.content.decode()
    assert not BookingPhoto.objects.exists()


def test_there_is_room_for_so_many(carols: Client, booking: Booking) -> None:
    for _number in range(MOST_OF_CUSTOMERS):
        send(carols, booking)

    answer = send(carols, booking).content.decode()
    assert "used up" in answer
    assert "There is no room for more." in answer
    assert 'type="file"' not in answer
    assert BookingPhoto.objects.count() == MOST_OF_CUSTOMERS


def test_once_the_visit_is_over_nothing_is_sent(carols: Client, booking: Booking) -> None:
    become(booking, ParentStatus.COMPLETED, at=NOW)

    send(carols, booking)
    assert not BookingPhoto.objects.exists()


def test_what_was_sent_stays_once_the_visit_is_over(carols: Client, booking: Booking) -> None:
    send(carols, booking)
    number = BookingPhoto.objects.get().pk
    become(booking, ParentStatus.COMPLETED, at=NOW)

    answer = carols.post(f"/visits/{booking.code}/photos/{number}/remove/", follow=True)
    assert "can no longer be changed" in answer.content.decode()
    assert BookingPhoto.objects.exists()
