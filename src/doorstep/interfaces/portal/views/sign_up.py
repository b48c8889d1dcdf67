"""Sign-up with the invitation in the session: allauth's page, with the address filled in."""

from typing import Any

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.utils import complete_signup
from allauth.account.views import SignupView
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpResponse

from doorstep.interfaces.portal.forms.sign_in import SignUpForm
from doorstep.interfaces.portal.pending_invitation import find_pending, invited_address, is_for_one
from doorstep.platform.lib.errors import DomainError


class SignUpView(SignupView):  # type: ignore[misc]
    form_class = SignUpForm

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        invitation = find_pending(self.request)
        kwargs["address"] = invited_address(invitation) if invitation else ""
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["invitation"] = find_pending(self.request)
        return context

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        invitation = find_pending(self.request)
        try:
            self.user, response = form.try_save(self.request)
            if response is None:
                # Who was invited by mail has shown that the address is hers; others confirm it.
                proven = invitation is not None and is_for_one(invitation)
                response = complete_signup(
                    self.request,
                    self.user,
                    None if proven else EmailVerificationMethod.MANDATORY,
                    self.get_next_url(),
                )
        except ImmediateHttpResponse as error:
            response = error.response
        except DomainError as error:
            form.add_error(None, str(error))
            response = self.form_invalid(form)
        found: HttpResponse = response
        return found


sign_up = SignUpView.as_view()
