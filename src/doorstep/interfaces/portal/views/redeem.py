"""From an invitation to a sign-in: the link or the code, then the button."""

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from doorstep.domain.customers.errors import InvitationInvalid
from doorstep.domain.customers.services.redemption import redeem_invitation
from doorstep.interfaces.portal.access import limited
from doorstep.interfaces.portal.forms.sign_in import CodeForm
from doorstep.interfaces.portal.pending_invitation import (
    code_at_hand,
    drop_cookie,
    find_valid,
    forget,
    invited_address,
    is_for_one,
    keep_in_cookie,
    keep_in_session,
)
from doorstep.interfaces.web.rate_limit import Limit
from doorstep.platform.identity.models import User
from doorstep.platform.lib.errors import DomainError

# Nobody guesses 120 bits; the limits keep the log and the database quiet.
OPENINGS = Limit("invitation-open", amount=60, seconds=600)
TYPINGS = Limit("invitation-type", amount=20, seconds=600)


@limited(OPENINGS, methods=("GET", "HEAD"))
@require_safe
@never_cache
def link(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001
    """The address in the mail: the code moves to a cookie, the address bar shows a clean page.

    Nothing is looked up: known and unknown codes are answered alike.
    """
    response = redirect("portal:invitation_accept")
    keep_in_cookie(response, code[:64])
    # Here alone: a form on a page without referrer sends "Origin: null" and is refused.
    response["Referrer-Policy"] = "no-referrer"
    return response


@limited(TYPINGS, methods=("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def type_code(request: HttpRequest) -> HttpResponse:
    """For those who got the code on paper or by phone."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if find_valid(code):
            response = redirect("portal:invitation_accept")
            keep_in_cookie(response, code)
            return response
        form.add_error("code", str(InvitationInvalid()))
    return render(request, "portal/invitation.html", {"form": form})


@limited(OPENINGS, methods=("GET", "HEAD", "POST"))
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accept(request: HttpRequest) -> HttpResponse:
    """Says who invites whom; only the button does anything."""
    code = code_at_hand(request)
    invitation = find_valid(code) if code else None
    if invitation is None:
        # Unknown, expired, revoked and used codes look alike.
        form = CodeForm({"code": ""} if code else None)
        if code:
            form.errors["code"] = form.error_class([str(InvitationInvalid())])
        return render(request, "portal/invitation.html", {"form": form})
    user = request.user
    if request.method == "POST":
        if isinstance(user, User):
            if not is_for_one(invitation) and not _has_confirmed_address(user):
                messages.error(request, _("Please confirm your e-mail address first."))
                return redirect("account_email")
            return _redeem(request, code, user)
        keep_in_session(request, code)
        return redirect("account_signup")
    address = invited_address(invitation)
    has_sign_in = bool(address) and User.objects.filter(email__iexact=address).exists()
    here = reverse("portal:invitation_accept")
    return render(
        request,
        "portal/invitation_accept.html",
        {
            "invitation": invitation,
            "address": address,
            "must_sign_in": has_sign_in and not user.is_authenticated,
            "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': here})}",
        },
    )


def _has_confirmed_address(user: User) -> bool:
    """A group invitation may lead to a contact that exists, by the address."""
    return bool(
        EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
    )


def _redeem(request: HttpRequest, code: str, user: User) -> HttpResponse:
    try:
        redeem_invitation(code=code, user=user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("portal:invitation")
    forget(request)
    messages.success(request, _("Welcome! You can now book visits."))
    response = redirect("portal:profile")
    drop_cookie(response)
    return response
