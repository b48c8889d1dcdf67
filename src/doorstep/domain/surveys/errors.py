"""What is refused of customers' feedback, in words a customer may read."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from doorstep.platform.lib.errors import DomainError


class SurveyClosed(DomainError):
    code = "survey_closed"
    text = _("Feedback about this visit is no longer collected.")


class AnswerFixed(DomainError):
    code = "answer_fixed"
    text = ngettext_lazy(
        "Feedback can be changed for %(days)d day after it was given. Yours stays as it is.",
        "Feedback can be changed for %(days)d days after it was given. Yours stays as it is.",
        "days",
    )


class NotARating(DomainError):
    code = "not_a_rating"
    text = _("Please choose one to five stars.")
