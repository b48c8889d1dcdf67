"""From the invitation to the home page."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from doorstep.domain.customers.models import Contact, Invitation
from doorstep.platform.identity.models import User
from tests.doubles.smtp import SmtpDouble
from tests.factories.customers import acme, carol, make_contact
from tests.factories.identity import dana
from tests.factories.notifications import make_invitation

from .steps import NEW_PASSWORD, accept, code_of, link_in, open_link, run_worker, sign_up

pytestmark = pytest.mark.django_db


def test_the_link_leads_to_a_clean_address(client: Client) -> None:
    invitation = make_invitation()

    response = client.get(f"/invitation/{code_of(invitation)}/")

    assert response.status_code == 302
    assert response["Location"] == "/invitation/accept/"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_the_page_with_the_button_sends_its_origin(client: Client) -> None:
    """Browsers send "Origin: null" from pages without referrer, and the form would be refused."""
    invitation = make_invitation()

    response = client.get(f"/invitation/{code_of(invitation)}/", follow=True)

    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client: Client, method: str) -> None:
    invitation = make_invitation()

    getattr(client, method)(f"/invitation/{code_of(invitation)}/")
    getattr(client, method)("/invitation/accept/")

    invitation.refresh_from_db()
    assert invitation.redemption_count == 0
    assert not Session.objects.exists()
    assert not User.objects.exists()


def test_the_page_says_who_invites_whom(client: Client) -> None:
    invitation = make_invitation(contact=make_contact(account=acme()))

    page = open_link(client, invitation)

    assert "Acme" in page
    assert "Accept the invitation" in page


def test_an_invited_contact_signs_up_and_sees_her_profile(client: Client) -> None:
    invitation = make_invitation(contact=make_contact(email="new@example.com"))

    response = sign_up(client, invitation)

    user = User.objects.get(email="new@example.com")
    assert response["Location"] == "/profile/"  # type: ignore[index]
    assert invitation.contact is not None
    assert Contact.objects.get(pk=invitation.contact.pk).user == user
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_single_invitation_is_for_its_address_alone(client: Client) -> None:
    invitation = make_invitation(contact=make_contact(email="new@example.com"))

    sign_up(client, invitation, email="other@example.com")

    assert [user.email for user in User.objects.all()] == ["new@example.com"]


def test_the_invited_address_counts_as_confirmed(client: Client) -> None:
    sign_up(client, make_invitation())

    address = User.objects.get().emailaddress_set.get()  # type: ignore[attr-defined]
    assert address.verified


def test_without_an_invitation_nobody_signs_up(client: Client) -> None:
    response = client.post(
        "/accounts/signup/", {"email": "x@example.com", "password1": NEW_PASSWORD}
    )

    assert "You need an invitation" in response.content.decode()
    assert not User.objects.exists()


def test_a_code_may_be_typed_in_any_case_and_without_dashes(client: Client) -> None:
    code = code_of(make_invitation())

    response = client.post("/invitation/", {"code": f"  {code.replace('-', ' ').lower()} "})

    assert response["Location"] == "/invitation/accept/"


def test_a_whole_link_may_be_pasted_for_the_code(client: Client) -> None:
    code = code_of(make_invitation())

    response = client.post("/invitation/", {"code": f"https://x.example/invitation/{code}/"})

    assert response["Location"] == "/invitation/accept/"


def test_what_was_typed_stays_when_the_code_is_wrong(client: Client) -> None:
    page = client.post("/invitation/", {"code": "ABCD-EFGH"}).content.decode()

    assert 'value="ABCD-EFGH"' in page
    assert "is not valid" in page


def test_unknown_expired_revoked_and_used_codes_look_alike() -> None:
    past = timezone.now() - timedelta(days=1)
    codes = [
        "0000-0000-0000-0000-0000-0000",
        code_of(make_invitation(expires_at=past)),
        code_of(make_invitation(is_revoked=True)),
        code_of(make_invitation(redemption_count=1)),
        code_of(make_invitation(contact=make_contact(is_active=False))),
    ]

    answers = {seen_by_stranger(code) for code in codes}

    assert len(answers) == 1
    assert "is not valid" in answers.pop()


def seen_by_stranger(code: str) -> str:
    page: str = Client().get(f"/invitation/{code}/", follow=True).content.decode()
    # The form token and the page's own secrets differ each time.
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_an_invitation_that_ran_out_during_sign_up_makes_no_user(client: Client) -> None:
    invitation = make_invitation()
    accept(client, invitation)
    Invitation.objects.update(is_revoked=True)

    client.post("/accounts/signup/", {"password1": NEW_PASSWORD})

    assert not User.objects.exists()


def test_who_has_a_sign_in_with_the_invited_address_is_sent_to_it(client: Client) -> None:
    contact = carol()
    Contact.objects.filter(pk=contact.pk).update(user=None)
    contact.refresh_from_db()

    page = open_link(client, make_invitation(contact=contact))

    assert "Sign in to accept" in page


def test_somebody_signed_in_accepts_with_one_button(client: Client) -> None:
    contact = carol()
    user = contact.user
    Contact.objects.filter(pk=contact.pk).update(user=None)
    contact.refresh_from_db()
    invitation = make_invitation(contact=contact)
    assert user is not None
    client.force_login(user)

    accept(client, invitation)

    contact.refresh_from_db()
    assert contact.user == user


def test_staff_cannot_become_customers_by_a_link(client: Client) -> None:
    invitation = make_invitation()
    client.force_login(dana())

    accept(client, invitation)

    invitation.refresh_from_db()
    assert invitation.redemption_count == 0


def test_a_group_invitation_asks_for_a_confirmed_address_first(client: Client) -> None:
    group = make_invitation(contact=make_contact(account=acme()), kind="group", max_redemptions=9)
    Invitation.objects.update(contact=None)

    response = sign_up(client, group, email="member@example.com")

    assert response["Location"] == "/accounts/confirm-email/"  # type: ignore[index]
    assert not Contact.objects.filter(user__isnull=False).exists()


def test_a_member_of_a_group_confirms_her_address_and_then_accepts(
    client: Client, smtp: SmtpDouble
) -> None:
    group = make_invitation(contact=make_contact(account=acme()), kind="group", max_redemptions=9)
    Invitation.objects.update(contact=None)
    sign_up(client, group, email="member@example.com")
    run_worker()

    client.post(link_in(smtp, r"/accounts/confirm-email/\S+"))
    login = {"login": "member@example.com", "password": NEW_PASSWORD}
    goal = client.post("/accounts/login/", login)["Location"]
    client.post(goal)

    assert Contact.objects.get(email="member@example.com").account == acme()


def test_a_group_invitation_does_not_open_somebody_elses_contact(client: Client) -> None:
    """The address typed is that of a contact, but nobody has shown that it is hers."""
    group = make_invitation(contact=make_contact(account=acme()), kind="group", max_redemptions=9)
    Invitation.objects.update(contact=None)
    known = make_contact(account=acme(), email="victim@example.com")
    sign_up(client, group, email="victim@example.com")
    client.post("/accounts/login/", {"login": "victim@example.com", "password": NEW_PASSWORD})

    client.post("/invitation/accept/")

    known.refresh_from_db()
    assert known.user is None


def test_too_many_codes_are_not_tried(client: Client, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        answers = [client.post("/invitation/", {"code": f"{n}"}).status_code for n in range(25)]

    assert answers[-1] == 429
