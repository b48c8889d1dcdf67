"""The page of averages: what customers said in a span of days, per technician and per service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from doorstep.domain.surveys.averages import (
    Average,
    answers_between,
    average_by_service,
    average_by_technician,
    average_of_all,
)
from doorstep.domain.surveys.models import HIGHEST, SurveyAnswer
from doorstep.platform.lib.site_time import day_bounds, local_day

from .forms.surveys import SpanForm
from .panels import Panel
from .times import in_lists, office_zone

_DAYS = 90
_TECHNICIAN = "booking__assignments__resource__id__exact"
_SERVICE = "booking__work_order__incident_type__id__exact"


@dataclass(frozen=True, slots=True)
class Row:
    """An average with the way to the answers behind it."""

    name: str
    link: str
    count: str
    stars: str
    question: str


def feedback_context(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """What the page shows; without a span in the address the last ninety days. PermissionDenied
    for those who may not see answers."""
    if not request.user.has_perm("surveys.view_surveyanswer"):
        raise PermissionDenied
    zone = office_zone()
    today = local_day(now, zone)
    usual = {
        "first": (today - timedelta(days=_DAYS - 1)).isoformat(),
        "last": today.isoformat(),
    }
    form = SpanForm({name: request.GET.get(name, day) for name, day in usual.items()})
    context: dict[str, Any] = {"title": _("What customers say"), "form": form}
    if not form.is_valid():
        return context
    begin, _end = day_bounds(form.cleaned_data["first"], zone)
    _begin, end = day_bounds(form.cleaned_data["last"], zone)
    answers = answers_between(begin, end)
    span = f"given_at__gte={_for_link(begin)}&given_at__lt={_for_link(end)}"
    overall = average_of_all(answers)
    return context | {
        "overall": _row(overall, "", span) if overall else None,
        "tables": [
            (_("Per technician"), _rows(average_by_technician(answers), _TECHNICIAN, span)),
            (_("Per service"), _rows(average_by_service(answers), _SERVICE, span)),
        ],
    }


def answer_panel(answers: Iterable[SurveyAnswer]) -> Panel:
    """What stands below a booking."""
    rows: list[list[str | SafeString]] = [
        [
            stars(answer.rating),
            format_html("{} {}", answer.question, stars(answer.question_rating))
            if answer.question
            else "–",
            answer.comment or "–",
            str(answer.contact or "–"),
            in_lists(answer.given_at),
        ]
        for answer in answers
    ]
    headers = [_("Stars"), _("Question"), _("Words"), _("Who"), _("Given")]
    return Panel(_("What the customer said"), headers, rows, empty=_("No feedback so far."))


def stars(rating: int | None) -> str | SafeString:
    """Drawn for the eye, said for the ear."""
    if rating is None:
        return "–"
    return format_html(
        '<span class="office-nowrap" role="img" aria-label="{}">{}</span>',
        _("%(stars)s of %(highest)s stars") % {"stars": rating, "highest": HIGHEST},
        "★" * rating + "☆" * (HIGHEST - rating),
    )


def _rows(averages: Iterable[Average], parameter: str, span: str) -> list[Row]:
    return [_row(each, f"{parameter}={each.pk}&", span) for each in averages]


def _row(average: Average, only: str, span: str) -> Row:
    question = "–"
    if average.question_rating is not None:
        question = _("%(mean)s (%(answers)s)") % {
            "mean": _mean(average.question_rating),
            "answers": _answers(average.question_count),
        }
    return Row(
        name=average.name,
        link=f"{reverse('office:surveys_surveyanswer_changelist')}?{only}{span}",
        count=_answers(average.count),
        stars=_mean(average.rating),
        question=question,
    )


def _answers(count: int) -> str:
    return ngettext("%(count)d answer", "%(count)d answers", count) % {"count": count}


def _mean(rating: float) -> str:
    return number_format(rating, decimal_pos=1, use_l10n=True)


def _for_link(instant: datetime) -> str:
    return instant.isoformat().replace("+", "%2B").replace(":", "%3A")
