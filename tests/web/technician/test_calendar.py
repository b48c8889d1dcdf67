"""The page on which a technician makes and stops the address of his calendar."""

from html import unescape

from django.test import Client

from doorstep.domain.bookings.models import Booking
from doorstep.domain.calendars.models import CalendarFeed
from tests.factories.resources import tina

from .conftest import SignIn

PAGE = "/technician/calendar/"


def make(client: Client) -> str:
    html = client.post(PAGE, {"do": "make"}).content.decode()
    url = unescape(html.split('id="feed-url"')[1].split('value="')[1].split('"')[0])
    return url[url.index("/calendar/") :]


def test_his_day_leads_to_the_page(toms: Client) -> None:
    assert PAGE in toms.get("/technician/").content.decode()
    assert toms.get(PAGE).status_code == 200
    assert not CalendarFeed.objects.exists()


def test_the_address_opens_his_visits_and_nobody_elses(
    toms: Client, visit: Booking, sign_in: SignIn
) -> None:
    address, tinas = make(toms), make(sign_in(tina().user))

    assert visit.work_order.number in Client().get(address).content.decode()
    assert b"BEGIN:VEVENT" not in Client().get(tinas).content


def test_it_can_be_stopped(toms: Client) -> None:
    address = make(toms)

    toms.post(PAGE, {"do": "stop"})

    assert Client().get(address).status_code == 404
