"""What the business of booking refuses, in words a customer may read."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from doorstep.platform.lib.errors import DomainError


class OfferGone(DomainError):
    code = "offer_gone"
    text = _("Somebody was faster: that time has just been taken. Please choose another one.")


class InvalidOffer(DomainError):
    code = "invalid_offer"
    text = _("That time cannot be booked. Please choose one from the list.")


class HoldExpired(DomainError):
    code = "hold_expired"
    text = _("The time is no longer held for you. Please choose a time again.")


class HoldNotFound(DomainError):
    code = "hold_not_found"
    text = _("There is no time held for you. Please choose a time.")


class PastChangeCutoff(DomainError):
    code = "past_change_cutoff"
    text = ngettext_lazy(
        "It is too late to move this visit here. That is possible until %(hours)d hour before it.",
        "It is too late to move this visit here. That is possible until %(hours)d hours before it.",
        "hours",
    )


class PastCancelCutoff(DomainError):
    code = "past_cancel_cutoff"
    text = ngettext_lazy(
        "It is too late to cancel this visit here. "
        "That is possible until %(hours)d hour before it.",
        "It is too late to cancel this visit here. "
        "That is possible until %(hours)d hours before it.",
        "hours",
    )


class NotChangeable(DomainError):
    code = "not_changeable"
    text = _("This visit can no longer be changed here: it is under way, done or canceled.")


class ChangedMeanwhile(DomainError):
    code = "changed_meanwhile"
    text = _("This visit was changed meanwhile. Please look at it again.")


class NoPlace(DomainError):
    code = "no_place"
    text = _("We do not know yet where this address is, so no time can be offered.")


class NotBookable(DomainError):
    code = "not_bookable"
    text = _("This service cannot be booked here.")


class KeyReused(DomainError):
    code = "key_reused"
    text = _("This form was sent before with other answers. Please start again.")


class TransitionRefused(DomainError):
    code = "transition_refused"
    text = _("A visit that is %(old)s cannot become %(new)s.")


class InTheFuture(DomainError):
    code = "in_the_future"
    text = _("That lies in the future. Please check the clock of your phone.")


class BeforeLastChange(DomainError):
    code = "before_last_change"
    text = _(
        "That lies before the last change of this visit (%(last)s). "
        "Please check the clock of your phone."
    )


class ChecklistOpen(DomainError):
    code = "checklist_open"
    text = _("Please tick this first: %(items)s.")


class NotUnderWay(DomainError):
    code = "not_under_way"
    text = _("This visit is canceled. Nothing can be added to it.")


class TooManyPhotos(DomainError):
    code = "too_many_photos"
    text = ngettext_lazy(
        "There is room for %(count)d photo with this visit, and it is used up.",
        "There is room for %(count)d photos with this visit, and it is used up.",
        "count",
    )


class NothingWritten(DomainError):
    code = "nothing_written"
    text = _("Please write something first.")


class NoSuchItem(DomainError):
    code = "no_such_item"
    text = _("This item is no longer on the checklist.")


class NotSigned(DomainError):
    code = "not_signed"
    text = _("Please type the name of who signs.")
