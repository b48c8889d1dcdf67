"""What a phone asks for to install the page, to work without network, and to send its queue."""

import io

from django.test import Client
from PIL import Image

from doorstep.domain.bookings.models import Booking, StatusTimestamp
from doorstep.domain.bookings.models import ParentStatus as P
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.organization.models import Portal
from tests.factories.bookings import World, new_key
from tests.factories.resources import tina

from .conftest import SignIn

DAY = "/technician/"
ACCEPT = {"accept": "application/json"}


def test_the_queue_is_told_what_became_of_each_report(toms: Client, visit: Booking) -> None:
    address = f"{DAY}visits/{visit.code}/status/"

    def send(parent: P, **values: str) -> tuple[int, dict[str, object]]:
        status = get_default_status(parent).pk
        data = {"status": status, "request_key": new_key(), "at": ""} | values
        answer = toms.post(address, data, headers=ACCEPT)
        return answer.status_code, answer.json()

    assert send(P.TRAVELING) == (200, {"next": f"{DAY}visits/{visit.code}/"})
    assert send(P.IN_PROGRESS, back="day") == (200, {"next": DAY})
    code, body = send(P.SCHEDULED)
    assert code == 409
    assert body["refusals"]
    code, body = send(P.COMPLETED, at="yesterday")
    assert (code, body) == (400, {"refusals": ["The time of your phone could not be read."]})


def test_the_queue_is_told_that_it_is_signed_out_and_a_browser_is_sent_to_sign_in(
    sign_in: SignIn, visit: Booking
) -> None:
    strangers = sign_in(None)
    address = f"{DAY}visits/{visit.code}/note/"

    assert strangers.get(f"{DAY}session/", headers=ACCEPT).status_code == 401
    assert strangers.post(address, {}, headers=ACCEPT).status_code == 401
    assert strangers.post(address, {}).status_code == 302
    assert not StatusTimestamp.objects.filter(parent=P.TRAVELING).exists()


def test_each_technician_has_a_key_of_her_own_that_says_nothing(
    toms: Client, sign_in: SignIn, world: World
) -> None:
    tinas = sign_in(tina().user)

    first = toms.get(f"{DAY}session/", headers=ACCEPT).json()
    again = toms.get(DAY)["Doorstep-User"]
    other = tinas.get(DAY)["Doorstep-User"]
    assert first["user"] == again != other
    assert len(again) == 20


def test_the_parts_ahead_say_what_comes_after_each_status(toms: Client, visit: Booking) -> None:
    text = toms.get(f"{DAY}visits/{visit.code}/ahead/").content.decode()

    for key in ("traveling", "in_progress", "on_break-traveling", "on_break-in_progress"):
        assert f'data-ahead="{key}"' in text
    assert 'data-ahead="canceled"' not in text
    after_travel = text.partition('data-ahead="traveling"')[2].partition("</template>")[0]
    assert "Arrived" in after_travel
    after_break = text.partition('data-ahead="on_break-traveling"')[2].partition("</template>")[0]
    assert "Travel on" in after_break


def test_the_parts_ahead_of_other_peoples_visits_do_not_exist(
    sign_in: SignIn, visit: Booking
) -> None:
    answer = sign_in(tina().user).get(f"{DAY}visits/{visit.code}/ahead/")

    assert answer.status_code == 404


def test_the_manifest_carries_the_brand_in_the_language_that_is_asked_for(
    sign_in: SignIn, world: World
) -> None:
    Portal.objects.update(company_name="Hearth", background_color="#fff5e6")
    client = sign_in(None)

    answer = client.get(f"{DAY}manifest.webmanifest", headers={"accept-language": "ar"})
    found = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (found["lang"], found["dir"]) == ("ar", "rtl")
    assert (found["start_url"], found["scope"], found["display"]) == (DAY, DAY, "standalone")
    assert found["short_name"] == "Hearth"
    assert found["theme_color"] == "#fff5e6"
    assert {icon["purpose"] for icon in found["icons"] if "purpose" in icon} == {"any", "maskable"}
    assert all(client.get(icon["src"]).status_code == 200 for icon in found["icons"])


def test_the_icon_is_drawn_in_the_color_of_the_portal(sign_in: SignIn, world: World) -> None:
    Portal.objects.update(foreground_color="#aa2200")

    client = sign_in(None)
    picture = Image.open(io.BytesIO(client.get(f"{DAY}icon-192.png").content)).convert("RGB")
    assert picture.size == (192, 192)
    assert picture.getpixel((2, 2)) == (0xAA, 0x22, 0)
    assert picture.getpixel((96, 120)) == (255, 255, 255)
    assert client.get(f"{DAY}icon-9999.png").status_code == 404


def test_the_worker_is_asked_for_anew_and_changes_with_the_brand(
    sign_in: SignIn, world: World
) -> None:
    client = sign_in(None)
    before = client.get(f"{DAY}sw.js")
    Portal.objects.update(foreground_color="#aa2200")
    after = client.get(f"{DAY}sw.js")

    assert before["Content-Type"].startswith("text/javascript")
    assert "no-cache" in before["Cache-Control"]
    assert "worker-src 'self'" in before["Content-Security-Policy"]
    assert before.content != after.content


def test_the_page_says_which_files_it_goes_with(toms: Client, world: World) -> None:
    version = toms.get(DAY)["Doorstep-Version"]

    assert f'"version": "{version}"' in toms.get(f"{DAY}sw.js").content.decode()
