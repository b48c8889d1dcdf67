"""Signing in with an OpenID Connect provider: the identity is the provider's, the door is ours."""

from typing import Any

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from doorstep.domain.customers.models import Contact, Invitation
from doorstep.interfaces.portal.pending_invitation import keep_in_session
from doorstep.interfaces.portal.sign_in import SocialAccountAdapter
from doorstep.platform.identity.models import User
from tests.factories.customers import make_contact
from tests.factories.notifications import make_invitation

from .steps import code_of

pytestmark = pytest.mark.django_db


def back_from_provider(invitation: Invitation | None) -> tuple[Any, SocialLogin]:
    """The request in which the provider says who she is, with the invitation she accepted."""
    request: Any = RequestFactory().get("/accounts/oidc/acme/login/callback/")
    request.session = SessionStore()
    request._messages = CookieStorage(request)
    if invitation:
        keep_in_session(request, code_of(invitation))
    account = SocialAccount(provider="acme", uid="number-1", extra_data={})
    return request, SocialLogin(user=User(), account=account, email_addresses=[])


def sign_up(request: Any, login: SocialLogin) -> User:
    adapter = SocialAccountAdapter(request)
    adapter.populate_user(request, login, {"email": "private@provider.example", "name": "Nadia"})
    return adapter.save_user(request, login)


def test_without_an_invitation_a_provider_opens_nothing() -> None:
    request, login = back_from_provider(None)

    assert not SocialAccountAdapter(request).is_open_for_signup(request, login)


def test_an_invitation_opens_the_sign_up_by_a_provider() -> None:
    request, login = back_from_provider(make_invitation())

    assert SocialAccountAdapter(request).is_open_for_signup(request, login)


def test_the_invited_contact_is_joined_whatever_address_the_provider_knows() -> None:
    contact = make_contact(email="invited@example.com")
    request, login = back_from_provider(make_invitation(contact=contact))

    user = sign_up(request, login)

    assert user.email == "invited@example.com"
    assert Contact.objects.get(pk=contact.pk).user == user


def test_who_comes_too_late_is_led_back_and_leaves_no_user() -> None:
    request, login = back_from_provider(make_invitation())
    Invitation.objects.update(is_revoked=True)

    with pytest.raises(ImmediateHttpResponse):
        sign_up(request, login)

    assert not User.objects.exists()
