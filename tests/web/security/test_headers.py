"""What the answers themselves say to the browser: headers, cookies, where one is sent."""

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from tests.factories.customers import carol
from tests.factories.identity import PASSWORD
from tests.web.office.world import World

from .conftest import Browser

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "\\\\evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "http://testserver@evil.example/",
    "data:text/html,x",
)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/accounts/login/", 200),
        ("/nothing/", 404),
        ("/%00", 400),
        ("/book/", 302),
        ("/office/", 302),
        ("/health/", 200),
        ("/brand.css", 200),
        ("/robots.txt", 200),
    ],
)
def test_every_answer_carries_the_protections(
    path: str, status: int, world: World, browser: Browser
) -> None:
    answer = browser("anonymous").get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == status
    for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_office_allows_no_inline_script(world: World, browser: Browser) -> None:
    policy = browser("administrator").get("/office/").headers["Content-Security-Policy"]

    scripts = policy.partition("script-src ")[2].partition(";")[0]
    assert "'unsafe-inline'" not in scripts
    assert "frame-ancestors 'none'" in policy


def test_a_refused_form_carries_the_protections(world: World, browser: Browser) -> None:
    answer = browser("owner", enforce_csrf_checks=True).post("/profile/", {})

    assert answer.status_code == 403
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/profile/", "/book/service/", "/office/"])
def test_pages_about_somebody_are_not_kept_by_others(
    path: str, world: World, browser: Browser
) -> None:
    who = "administrator" if path == "/office/" else "owner"

    answer = browser(who).get(path)

    assert "private" in answer.headers["Cache-Control"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_name_of_the_host_that_is_not_ours_is_refused(
    world: World, settings: Settings, browser: Browser
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]

    for host in ("evil.example", "testserver.evil.example", "testserver:80@evil.example", "a b"):
        answer = browser("anonymous").get("/", headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.content.decode()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_forwarded_host_is_not_believed(world: World, browser: Browser) -> None:
    answer = browser("owner").get(
        f"/visits/{world.booking.code}/", headers={"X-Forwarded-Host": "evil.example"}
    )

    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_leads_nowhere_else(target: str, world: World, browser: Browser) -> None:
    client = browser("anonymous")
    form = {"login": carol().email, "password": PASSWORD, "next": target}

    page = client.get("/accounts/login/", {"next": target})
    answer = client.post("/accounts/login/", form)

    assert f'href="{target}' not in page.content.decode()
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_language_switch_leads_nowhere_else(
    target: str, world: World, browser: Browser
) -> None:
    answer = browser("anonymous").post(
        "/language/",
        {"language": "de", "next": target},
        headers={"Referer": "https://evil.example"},
    )

    assert answer.headers["Location"] == "/"


def test_cookies_are_out_of_reach_of_scripts(world: World, browser: Browser) -> None:
    client = browser("anonymous")
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": carol().email, "password": PASSWORD})
    client.post("/language/", {"language": "de"})
    client.get("/invitation/ABCD/")

    assert {"sessionid", "csrftoken", "language", "invitation"} <= set(client.cookies)
    for cookie in client.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
        assert not cookie["domain"], cookie.key


def test_the_session_changes_its_name_at_sign_in(world: World) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "chosen-by-somebody-else"

    client.post("/accounts/login/", {"login": carol().email, "password": PASSWORD})

    fresh = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    assert fresh != "chosen-by-somebody-else"


@pytest.mark.parametrize("code", ["🔥", "é" * 64, "%0d%0aSet-Cookie:%20a=b", "x" * 3000])
def test_any_code_in_an_invitation_link_is_answered_alike(
    code: str, world: World, browser: Browser
) -> None:
    client = browser("anonymous")

    answer = client.get(f"/invitation/{code}/")
    page = client.get(answer.headers["Location"])

    assert page.status_code == 200
    assert set(client.cookies) <= {"invitation", "csrftoken", "sessionid"}
