"""Signing in with a password, and choosing a new one by mail."""

import pytest
from django.test import Client

from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.reasons import Reason
from doorstep.platform.identity.models import User
from tests.doubles.smtp import SmtpDouble
from tests.factories.customers import carol
from tests.factories.identity import PASSWORD, dana, make_user
from tests.factories.notifications import make_invitation

from .steps import NEW_PASSWORD, accept, link_in, run_worker

pytestmark = pytest.mark.django_db

RESET_LINK = r"/accounts/password/reset/key/\S+"


def log_in(client: Client, email: str, password: str = PASSWORD) -> object:
    return client.post("/accounts/login/", {"login": email, "password": password})


def ask_for_reset(client: Client, email: str) -> object:
    return client.post("/accounts/password/reset/", {"email": email})


def page_of(response: object) -> str:
    text: str = response.content.decode()  # type: ignore[attr-defined]
    return "\n".join(line for line in text.splitlines() if "csrf" not in line)


def test_a_customer_lands_at_home(client: Client) -> None:
    contact = carol()
    contact.has_seen_profile = True
    contact.save()

    assert log_in(client, "carol@example.com")["Location"] == "/"  # type: ignore[index]


def test_a_customer_sees_her_profile_the_first_time(client: Client) -> None:
    carol()

    assert log_in(client, "carol@example.com")["Location"] == "/profile/"  # type: ignore[index]


def test_staff_land_in_the_office(client: Client) -> None:
    dana()

    assert log_in(client, "dana@example.com")["Location"] == "/office/"  # type: ignore[index]


def test_a_sign_in_that_is_switched_off_opens_nothing(client: Client) -> None:
    make_user(email="off@example.com", is_active=False)

    log_in(client, "off@example.com")

    assert "_auth_user_id" not in client.session


def test_known_and_unknown_addresses_get_the_same_refusal(client: Client) -> None:
    carol()

    known = page_of(log_in(client, "carol@example.com", "wrong password"))
    unknown = page_of(log_in(client, "nobody@example.com", "wrong password"))

    assert known.replace("carol@", "nobody@") == unknown


def test_the_password_reset_works_from_the_form_to_the_new_password(
    client: Client, smtp: SmtpDouble
) -> None:
    carol()
    ask_for_reset(client, "carol@example.com")
    run_worker()

    form = client.get(link_in(smtp, RESET_LINK))
    client.post(form["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert log_in(Client(), "carol@example.com", NEW_PASSWORD)["Location"]  # type: ignore[index]


def test_opening_the_reset_link_changes_nothing_and_leaves_it_working(
    client: Client, smtp: SmtpDouble
) -> None:
    carol()
    ask_for_reset(client, "carol@example.com")
    run_worker()
    link = link_in(smtp, RESET_LINK)
    before = User.objects.get().password

    Client().get(link, follow=True)
    Client().head(link, follow=True)

    assert User.objects.get().password == before
    assert "Choose a new password" in page_of(client.get(link, follow=True))


def test_a_reset_link_works_once(client: Client, smtp: SmtpDouble) -> None:
    carol()
    ask_for_reset(client, "carol@example.com")
    run_worker()
    link = link_in(smtp, RESET_LINK)
    form = client.get(link)
    client.post(form["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert "no longer works" in page_of(Client().get(link, follow=True))


def test_a_reset_is_answered_alike_for_known_and_unknown_addresses(client: Client) -> None:
    carol()

    known = ask_for_reset(client, "carol@example.com")
    unknown = ask_for_reset(client, "nobody@example.com")

    assert known.status_code == unknown.status_code == 302  # type: ignore[attr-defined]
    assert known["Location"] == unknown["Location"]  # type: ignore[index]


def test_nobody_writes_to_strangers_through_the_reset_form(client: Client) -> None:
    ask_for_reset(client, "nobody@example.com")

    message = Message.objects.get()
    assert (message.state, message.reason) == (MessageState.SUPPRESSED, Reason.STRANGER)


def test_the_link_is_on_the_configured_address_whatever_host_was_asked(
    client: Client, smtp: SmtpDouble
) -> None:
    carol()

    client.post(
        "/accounts/password/reset/",
        {"email": "carol@example.com"},
        headers={"host": "evil.example"},
    )
    run_worker()

    assert link_in(smtp, RESET_LINK)


def test_the_owner_is_told_of_a_new_password(client: Client, smtp: SmtpDouble) -> None:
    user = carol().user
    assert user is not None
    client.force_login(user)

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    run_worker()

    assert smtp.mails[-1]["Subject"] == "Your password was changed"


@pytest.mark.parametrize("password", ["short", "password123", "invited@example.com"])
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    invitation = make_invitation()
    contact = invitation.contact
    assert contact is not None
    contact.email = "invited@example.com"
    contact.save()
    accept(client, invitation)

    client.post("/accounts/signup/", {"password1": password})

    assert not User.objects.exists()


def test_failed_sign_ins_are_limited(client: Client) -> None:
    carol()

    pages = [page_of(log_in(client, "carol@example.com", f"wrong {n}")) for n in range(7)]

    assert "Too many failed login attempts" in pages[-1]


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example/", "javascript:x"])
def test_signing_in_leads_to_no_foreign_site(client: Client, goal: str) -> None:
    carol()

    response = client.post(
        f"/accounts/login/?next={goal}",
        {"login": "carol@example.com", "password": PASSWORD, "next": goal},
    )

    assert response["Location"].startswith("/")
    assert not response["Location"].startswith("//")


def test_signing_out_needs_a_button(client: Client) -> None:
    user = carol().user
    assert user is not None
    client.force_login(user)

    client.get("/accounts/logout/")

    assert "_auth_user_id" in client.session
