"""Whose request, for which portal, in which language; and what is refused at the door."""

from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from doorstep.domain.organization.models import Portal
from doorstep.interfaces.web.middleware import ClientAddressMiddleware
from tests.factories.customers import carol
from tests.factories.identity import otto
from tests.factories.organization import make_portal

pytestmark = pytest.mark.django_db


# --- Client address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.66, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_believes_only_what_our_own_proxies_wrote(
    proxies: int, forwarded: str, seen: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.1"
    )

    ClientAddressMiddleware(_answer)(request)

    assert request.META["REMOTE_ADDR"] == seen


# --- Portal ---------------------------------------------------------------------------------------


def test_says_kindly_that_nothing_is_set_up() -> None:
    response = Client().get("/")

    assert response.status_code == 503
    assert "Not set up yet" in response.content.decode()


@pytest.mark.parametrize("path", ["/health/", "/accounts/login/", "/brand.css"])
def test_what_must_work_without_a_portal_does(path: str) -> None:
    assert Client().get(path).status_code == 200


def test_answers_with_the_portal_of_the_host_name() -> None:
    make_portal()
    make_portal(host_name="north.example.com", company_name="Northern Heating")

    response = Client().get("/", headers={"Host": "north.example.com"})

    assert "Northern Heating" in response.content.decode()


# --- Language -------------------------------------------------------------------------------------


def test_speaks_the_language_that_was_chosen() -> None:
    make_portal()
    client = Client()
    client.post("/language/", {"language": "de", "next": "/"})

    response = client.get("/", headers={"Accept-Language": "fr"})

    assert response.headers["Content-Language"] == "de"


def test_speaks_the_language_of_the_contact() -> None:
    make_portal()
    contact = carol()
    contact.language = "es"
    contact.save()
    client = Client()
    client.force_login(contact.user)

    response = client.get("/", headers={"Accept-Language": "fr"})

    assert response.headers["Content-Language"] == "es"


def test_speaks_the_language_of_the_account_where_the_contact_has_none() -> None:
    make_portal()
    contact = carol()
    contact.account.language = "es"
    contact.account.save()
    client = Client()
    client.force_login(contact.user)

    response = client.get("/", headers={"Accept-Language": "fr"})

    assert response.headers["Content-Language"] == "es"


def test_speaks_the_language_the_browser_asks_for() -> None:
    make_portal(default_language="de")

    response = Client().get("/", headers={"Accept-Language": "xx, fr-CA;q=0.9, en;q=0.5"})

    assert response.headers["Content-Language"] == "fr"


def test_falls_back_to_the_language_of_the_portal() -> None:
    make_portal(default_language="de")

    response = Client().get("/", headers={"Accept-Language": "xx"})

    assert response.headers["Content-Language"] == "de"


def test_pages_from_right_to_left_say_so() -> None:
    make_portal()
    client = Client()
    client.cookies["language"] = "ar"

    response = client.get("/")

    assert '<html lang="ar" dir="rtl">' in response.content.decode()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_language_switch_leads_nowhere_else(target: str) -> None:
    response = Client().post("/language/", {"language": "de", "next": target})

    assert "evil" not in response.headers.get("Location", "")


# --- Staff ----------------------------------------------------------------------------------------


def test_staff_without_a_second_step_set_one_up_first(settings: Settings) -> None:
    settings.REQUIRE_STAFF_MFA = True
    make_portal()
    client = Client()
    client.force_login(otto())

    response = client.get("/office/")

    assert response.headers["Location"] == "/accounts/2fa/"


def test_customers_need_no_second_step(settings: Settings) -> None:
    settings.REQUIRE_STAFF_MFA = True
    make_portal()
    client = Client()
    client.force_login(carol().user)

    assert client.get("/").status_code == 200


# --- Shared pages ---------------------------------------------------------------------------------


def test_error_pages_keep_the_brand() -> None:
    make_portal(contact_phone="+44 161 496 0000")

    response = Client().get("/nothing/")

    assert response.status_code == 404
    assert "+44 161 496 0000" in response.content.decode()


def test_a_forged_form_is_refused_with_advice() -> None:
    make_portal()

    response = Client(enforce_csrf_checks=True).post("/language/", {"language": "de"})

    assert response.status_code == 403
    assert "Please send that once more" in response.content.decode()


def test_the_style_sheet_carries_the_brand() -> None:
    make_portal(foreground_color="#123456", font="lora")

    response = Client().get("/brand.css")

    assert "#123456" in response.content.decode()
    assert "Lora Variable" in response.content.decode()


def test_the_style_sheet_is_not_sent_twice() -> None:
    make_portal()
    etag = Client().get("/brand.css").headers["ETag"]

    assert Client().get("/brand.css", headers={"If-None-Match": etag}).status_code == 304


def test_the_style_sheet_is_kept_under_its_version_only() -> None:
    portal = make_portal()
    page = Client().get("/").content.decode()
    link = page.split('href="/brand.css')[1].split('"')[0]

    kept = Client().get(f"/brand.css{link}")
    Portal.objects.filter(pk=portal.pk).update(foreground_color="#222222")
    stale = Client().get(f"/brand.css{link}")

    assert "immutable" in kept.headers["Cache-Control"]
    assert "immutable" not in stale.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../settings.py", "brand/other.png", "%2e%2e/x"])
def test_only_the_images_of_the_brand_are_handed_out(name: str) -> None:
    make_portal()

    assert Client().get(f"/brand-image/{name}").status_code == 404


def test_health_is_for_machines() -> None:
    assert Client().get("/health/").json()["status"] == "ok"


def test_too_many_requests_get_a_calm_answer(now: datetime) -> None:
    make_portal()
    client = Client()
    cache.clear()

    with time_machine.travel(now, tick=False):
        client.force_login(carol().user)
        answers = [client.post("/book/time/").status_code for _request in range(25)]

    assert answers[0] == 302
    assert answers[-1] == 429


def _answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
