"""Every page of the sign-in wears the portal's look, and the profile is hers alone."""

import pytest
from django.test import Client, override_settings

from tests.doubles.smtp import SmtpDouble
from tests.factories.customers import carol
from tests.factories.identity import PASSWORD, dana

from .steps import link_in, run_worker

pytestmark = pytest.mark.django_db

OPEN = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/x-y/",
    "/accounts/confirm-email/nonsense/",
    "/accounts/inactive/",
    "/invitation/",
    "/invitation/accept/",
]
OWN = [
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/3rdparty/",
    "/accounts/reauthenticate/",
    "/profile/",
]


def signed_in() -> Client:
    carol()
    client = Client()
    client.post("/accounts/login/", {"login": "carol@example.com", "password": PASSWORD})
    # Pages that change the sign-in ask for the password again.
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.mark.parametrize("path", OPEN)
def test_a_page_for_strangers_opens_in_the_portals_look(client: Client, path: str) -> None:
    response = client.get(path, follow=True)

    assert response.status_code == 200
    assert 'class="site-header"' in response.content.decode()


@pytest.mark.parametrize("path", OWN)
def test_a_page_of_ones_own_opens_in_the_portals_look(path: str) -> None:
    response = signed_in().get(path, follow=True)

    assert response.status_code in {200, 400}
    assert 'class="site-header"' in response.content.decode()


@pytest.mark.parametrize("path", [path for path in OWN if "logout" not in path])
def test_a_page_of_ones_own_is_closed_to_strangers(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@override_settings(REQUIRE_STAFF_MFA=True)
def test_staff_without_a_second_step_are_led_to_set_one_up(client: Client) -> None:
    client.force_login(dana())

    page = client.get("/office/", follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/2fa/"
    assert "second step" in page.content.decode()


PROVIDER = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "acme-id",
                "name": "Acme ID",
                "client_id": "x",
                "secret": "y",
                "settings": {"server_url": "https://id.example"},
            }
        ]
    }
}


@override_settings(SOCIALACCOUNT_PROVIDERS=PROVIDER)
def test_a_configured_provider_is_a_button_that_posts(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()

    assert "Continue with Acme ID" in page
    assert 'action="/accounts/oidc/acme-id/login/?process=login"' in page


def test_what_she_says_about_herself_is_saved() -> None:
    client = signed_in()

    client.post(
        "/profile/",
        {"first_name": " Caro ", "last_name": "C", "phone": "07700 900456", "language": "de"},
    )

    contact = carol()
    assert (contact.first_name, contact.phone, contact.language) == ("Caro", "+447700900456", "de")
    assert contact.has_seen_profile


def test_the_profile_may_be_skipped_and_is_not_shown_again() -> None:
    client = signed_in()

    response = client.post("/profile/", {"skip": "1", "first_name": "Ignored"})

    assert response["Location"] == "/"
    assert carol().first_name == "Carol"
    again = Client().post("/accounts/login/", {"login": "carol@example.com", "password": PASSWORD})
    assert again["Location"] == "/"


@pytest.mark.parametrize(
    "values", [{"phone": "12"}, {"phone": "abc"}, {"language": "xx"}, {"first_name": "x" * 500}]
)
def test_nonsense_in_the_profile_is_explained_and_kept(values: dict[str, str]) -> None:
    page = signed_in().post("/profile/", {"last_name": "Typed", **values}).content.decode()

    assert "Please check this" in page
    assert 'value="Typed"' in page


def test_changing_the_address_asks_for_the_password_again(client: Client) -> None:
    carol()
    client.post("/accounts/login/", {"login": "carol@example.com", "password": PASSWORD})

    response = client.post("/accounts/email/", {"email": "x@example.com", "action_add": ""})

    assert response["Location"].startswith("/accounts/reauthenticate/")


def test_a_new_address_counts_only_once_it_is_confirmed(smtp: SmtpDouble) -> None:
    client = signed_in()

    client.post("/accounts/email/", {"email": "caro@example.com", "action_add": ""})
    run_worker()
    assert carol().email == "carol@example.com"
    client.post(link_in(smtp, r"/accounts/confirm-email/\S+"))

    contact = type(carol()).objects.get(email="caro@example.com")
    assert contact.user is not None
    assert contact.user.email == "caro@example.com"
