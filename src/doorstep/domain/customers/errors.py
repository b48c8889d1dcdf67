"""What the business refuses about customers, in words its users may read."""

from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.errors import DomainError
from doorstep.platform.values.phone import PhoneProblem


class InvalidPhoneNumber(DomainError):
    """`values` holds the problem's code, so that a page may say more."""

    code = "invalid_phone_number"
    text = _("That is not a phone number we can use.")

    _TEXTS = {
        PhoneProblem.UNKNOWN_COUNTRY: _("No country has such a code. Type the number as +44…"),
        PhoneProblem.TOO_SHORT: _("The phone number is too short."),
        PhoneProblem.TOO_LONG: _("The phone number is too long."),
        PhoneProblem.HAS_EXTENSION: _("Please leave out the extension."),
    }

    def __init__(self, problem: PhoneProblem) -> None:
        super().__init__()
        self.problem = problem

    def __str__(self) -> str:
        return str(self._TEXTS.get(self.problem, self.text))


class EmailTaken(DomainError):
    code = "email_taken"
    text = _("There is a contact with this e-mail already.")


class InvitationInvalid(DomainError):
    """One text for all reasons: a code tells nothing to who should not have it."""

    code = "invitation_invalid"
    text = _("This invitation code is not valid. Please check it, or ask us for a new invitation.")


class SignInTaken(DomainError):
    code = "sign_in_taken"
    text = _("You are signed in with an account that belongs to somebody already.")


class NotInvitable(DomainError):
    code = "not_invitable"
    text = _("This contact or account may not use the portal, so nobody can be invited.")


class HasSignIn(DomainError):
    code = "has_sign_in"
    text = _("%(contact)s can sign in already.")


class GroupNeedsAccount(DomainError):
    code = "group_needs_account"
    text = _("A group invitation is for an account, a single one for a contact.")


class NotOfAccount(DomainError):
    code = "not_of_account"
    text = _("That contact belongs to another account.")
