"""Sign-up by invitation, and the form for typing its code."""

from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from doorstep.interfaces.portal.sign_in import redeem_pending
from doorstep.platform.identity.models import User
from doorstep.platform.lib.errors import DomainError

LONGEST_CODE = 300


class SignedUpMeanwhile(DomainError):
    code = "signed_up_meanwhile"
    text = _("Somebody has just signed up with this address. Please sign in instead.")


class SignUpForm(SignupForm):  # type: ignore[misc]
    """E-mail and password; the address of a single invitation is fixed."""

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The trap for machines is hidden by our style sheet: inline style is forbidden.
        self.fields["website"].widget.attrs.pop("style", None)
        if address:
            # A disabled field takes its initial value, whatever is sent.
            self.fields["email"].initial = address
            self.fields["email"].disabled = True
            self.initial["email"] = address

    def save(self, request: HttpRequest) -> User:
        """User and redemption, or neither. Raises DomainError when somebody was faster."""
        try:
            with transaction.atomic():
                user: User = super().save(request)
                redeem_pending(request, user)
        except IntegrityError as error:
            raise SignedUpMeanwhile from error
        return user


class CodeForm(forms.Form):
    """Takes the code with or without dashes, in any case, or the whole link it came in."""

    code = forms.CharField(
        label=_("Invitation code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
        help_text=_("It is in the e-mail that invited you, and looks like 7K2M-9QXA-…"),
    )

    def clean_code(self) -> str:
        typed = str(self.cleaned_data["code"])
        return typed.strip().rstrip("/").rpartition("/")[2]
