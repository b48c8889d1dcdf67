"""Feedback after a visit: stars, the service's question, a few words."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.surveys.models import MAX_COMMENT
from doorstep.domain.surveys.selectors import VisitSurvey
from doorstep.domain.surveys.services.answers import Reply

STARS = [
    (1, _("1 of 5 stars: very bad")),
    (2, _("2 of 5 stars: bad")),
    (3, _("3 of 5 stars: all right")),
    (4, _("4 of 5 stars: good")),
    (5, _("5 of 5 stars: very good")),
]


class StarsField(forms.TypedChoiceField):
    """One to five stars as a group of radio buttons."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=STARS, coerce=int, empty_value=None, widget=forms.RadioSelect, **kwargs
        )


class SurveyForm(forms.Form):
    rating = StarsField(
        label=_("How was the visit?"),
        error_messages={
            "required": _("Please choose one to five stars."),
            "invalid_choice": _("Please choose one to five stars."),
        },
    )
    question_rating = StarsField(
        required=False,
        error_messages={"invalid_choice": _("Please choose one to five stars.")},
    )
    comment = forms.CharField(
        label=_("Would you like to add something?"),
        required=False,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto", "data-counter": MAX_COMMENT}),
    )

    def __init__(self, *args: Any, survey: VisitSurvey, by_link: bool, **kwargs: Any) -> None:
        """`by_link`: links are forwarded, so what she wrote is not shown again, and an empty field
        leaves it as it is."""
        answer = survey.answer
        if answer is not None:
            kwargs["initial"] = {
                "rating": answer.rating,
                "question_rating": answer.question_rating,
                "comment": "" if by_link else answer.comment,
            }
        super().__init__(*args, **kwargs)
        self._keeps_comment = by_link and bool(answer and answer.comment)
        if self._keeps_comment:
            self.fields["comment"].help_text = _(
                "What you wrote before is kept, unless you write something new."
            )
        if survey.question:
            self.fields["question_rating"].label = survey.question
        else:
            del self.fields["question_rating"]

    def reply(self) -> Reply:
        """Of a valid form."""
        cleaned = self.cleaned_data
        comment = unicodedata.normalize("NFC", cleaned["comment"].strip())
        return Reply(
            rating=cleaned["rating"],
            question_rating=cleaned.get("question_rating"),
            comment=None if self._keeps_comment and not comment else comment,
        )
