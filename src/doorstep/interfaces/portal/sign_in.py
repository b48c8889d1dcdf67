"""What our sign-in does differently from allauth's: invitations, mails, and where people land."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from doorstep.domain.customers.errors import EmailTaken, InvitationInvalid
from doorstep.domain.customers.services.contacts import change_contact
from doorstep.domain.customers.services.redemption import redeem_invitation
from doorstep.domain.notifications.recipients import find_contact_of_user
from doorstep.domain.notifications.services.compose import (
    compose_account_mail,
    compose_password_reset,
)
from doorstep.interfaces.web.contacts import find_contact
from doorstep.interfaces.web.requests import find_request_portal
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.tokens import digest, new_code
from doorstep.platform.lib.urls import absolute_url

from .pending_invitation import (
    code_from_session,
    find_pending,
    forget,
    invited_address,
    is_for_one,
)

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin

# Values of allauth's mails that our texts may name; nothing else is stored.
_MAIL_VALUES = ("from_email", "to_email", "deleted_email", "provider")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up needs an invitation; mails go through our messages; staff and customers part."""

    # --- Sign-up ----------------------------------------------------------------------------------

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return find_pending(request) is not None

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """Who holds the code has read the mail it was sent in."""
        invitation = find_pending(request)
        return invitation is not None and invited_address(invitation) == email.lower()

    # --- Where people land ------------------------------------------------------------------------

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if user.is_authenticated and user.is_staff:
            return reverse("admin:index")
        if user.is_authenticated and user.role == Role.TECHNICIAN:
            return reverse("technician:day")
        contact = find_contact(request)
        if contact is None and find_pending(request):
            return reverse("portal:invitation_accept")
        if contact and not contact.has_seen_profile:
            return reverse("portal:profile")
        return reverse("portal:home")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    # --- A new address ----------------------------------------------------------------------------

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Who signs in with a new address is also written to there."""
        with transaction.atomic():
            is_confirmed: bool = super().confirm_email(request, email_address)
            user = email_address.user
            contact = find_contact_of_user(user) if is_confirmed else None
            if contact and user.email.lower() != contact.email.lower():
                try:
                    change_contact(
                        contact=contact, actor=Actor(Source.PORTAL, user), email=user.email
                    )
                except EmailTaken:
                    messages.warning(
                        request,
                        _(
                            "You sign in with the new address now, but our messages still go to "
                            "the old one. Please call us."
                        ),
                    )
        return is_confirmed

    # --- Mails ------------------------------------------------------------------------------------

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _absolute(self.request, super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        url = super().get_email_confirmation_url(request, emailconfirmation)
        return _absolute(request, url)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        url = str(context["password_reset_url"])
        compose_password_reset(
            user=user,
            address=email,
            url=url,
            portal=find_request_portal(self.request),
            # Two clicks on one button make one link and one mail.
            dedupe_key=digest(url),
            now=timezone.now(),
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's other mails: a message row each, sent by the worker, in our words."""
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        values = {name: str(context[name]) for name in _MAIL_VALUES if context.get(name)}
        url = context.get("activate_url") or context.get("password_reset_url")
        if url:
            values["url"] = _absolute(self.request, str(url))
        self._compose(template_prefix, user, email, values)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner of a sign-in that something about it was changed, and from where."""
        context = context or {}
        values = {name: str(context[name]) for name in _MAIL_VALUES if context.get(name)}
        values |= {
            "at": timezone.now().isoformat(),
            "ip": str(self.get_client_ip(self.request) or ""),
            "browser": self.get_http_user_agent(self.request)[:200],
        }
        self._compose(template_prefix, user, email or user.email, values)

    def _compose(self, kind: str, user: User | None, address: str, values: dict[str, str]) -> None:
        compose_account_mail(
            kind=kind,
            user=user,
            address=address,
            values={"email": address, **values},
            portal=find_request_portal(self.request),
            dedupe_key=new_code(),
            now=timezone.now(),
        )


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in by OpenID Connect: a new identity needs an invitation, as everybody does.

    People are known by the provider's own number for them, never by an e-mail address alone
    (SOCIALACCOUNT_EMAIL_AUTHENTICATION stays off).
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: "SocialLogin") -> bool:  # noqa: ARG002
        return find_pending(request) is not None

    def populate_user(
        self, request: HttpRequest, sociallogin: "SocialLogin", data: dict[str, Any]
    ) -> User:
        """The invited address counts, whatever address the provider knows."""
        user: User = super().populate_user(request, sociallogin, data)
        user.name = str(data.get("name") or "")[:200]
        invitation = find_pending(request)
        address = invited_address(invitation) if invitation else ""
        if address:
            user.email = address
            sociallogin.email_addresses = [EmailAddress(email=address, verified=True, primary=True)]
        return user

    def save_user(self, request: HttpRequest, sociallogin: "SocialLogin", form: Any = None) -> User:
        try:
            with transaction.atomic():
                user: User = super().save_user(request, sociallogin, form)
                redeem_pending(request, user)
        except (DomainError, IntegrityError) as error:
            # Somebody was faster; allauth's way out of the middle of a sign-up.
            messages.error(request, str(InvitationInvalid()))
            raise ImmediateHttpResponse(redirect("portal:invitation")) from error
        return user


def redeem_pending(request: HttpRequest, user: User) -> None:
    """Join the new sign-in to the contact of a single invitation.

    A group invitation waits until the address is confirmed: it may lead to a contact that exists.
    Raises InvitationInvalid when somebody was faster.
    """
    invitation = find_pending(request)
    if invitation is None:
        raise InvitationInvalid
    if is_for_one(invitation):
        redeem_invitation(code=code_from_session(request), user=user, now=timezone.now())
        forget(request)


def _absolute(request: HttpRequest, url: str) -> str:
    """On the configured address, not on the host name a request claims to be for."""
    portal = find_request_portal(request)
    return absolute_url(urlsplit(url).path, host=(portal.host_name if portal else "") or None)
