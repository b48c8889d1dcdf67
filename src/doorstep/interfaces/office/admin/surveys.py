# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""What customers said of their visits: to look at, by whoever works in the office."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from doorstep.domain.bookings.models import Assignment
from doorstep.domain.surveys.models import SurveyAnswer
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.feedback import stars
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists

_SHOWN = 80


@admin.register(SurveyAnswer, site=office)
class SurveyAnswerAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = ("given", "shown_stars", "said", "technicians", "service", "visit", "who")
    list_display_links = ("given",)
    list_filter = (
        ("booking__assignments__resource", RelatedOnlyFieldListFilter),
        ("booking__work_order__incident_type", RelatedOnlyFieldListFilter),
        "rating",
        "given_at",
    )
    search_fields = (
        "comment", "booking__number", "booking__work_order__number",
        "booking__work_order__account__name", "contact__email",
    )  # fmt: skip
    date_hierarchy = "given_at"
    actions_list = ("averages",)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("shown_stars", "visit"),
                    ("shown_question", "question_stars"),
                    "words",
                    ("technicians", "service"),
                    ("who", "source"),
                    ("given", "changed"),
                )
            },
        ),
    )
    readonly_fields = (
        "shown_stars", "shown_question", "question_stars", "words", "technicians", "service",
        "visit", "who", "given", "changed",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[SurveyAnswer]:
        rows: QuerySet[SurveyAnswer] = super().get_queryset(request)
        who_came = Assignment.objects.select_related("resource")
        return rows.select_related(
            "contact__account", "booking__work_order__account", "booking__work_order__incident_type"
        ).prefetch_related(Prefetch("booking__assignments", who_came))

    @action(  # type: ignore[untyped-decorator]
        description=_("Averages"), permissions=["view"], icon="bar_chart", url_path="averages"
    )
    def averages(self, request: HttpRequest) -> Any:
        return redirect("office:feedback")

    @column(_("given"), ordering="given_at")
    def given(self, answer: SurveyAnswer) -> str:
        return in_lists(answer.given_at)

    @column(_("last changed"))
    def changed(self, answer: SurveyAnswer) -> str:
        return in_lists(answer.changed_at)

    @column(_("stars"), ordering="rating")
    def shown_stars(self, answer: SurveyAnswer) -> str | SafeString:
        return stars(answer.rating)

    @column(_("question"))
    def shown_question(self, answer: SurveyAnswer) -> str:
        return answer.question or "–"

    @column(_("stars for the question"))
    def question_stars(self, answer: SurveyAnswer) -> str | SafeString:
        return stars(answer.question_rating)

    @column(_("words"))
    def said(self, answer: SurveyAnswer) -> str:
        return Truncator(answer.comment).chars(_SHOWN) or "–"

    @column(_("words"))
    def words(self, answer: SurveyAnswer) -> str:
        return answer.comment or "–"

    @column(_("came"))
    def technicians(self, answer: SurveyAnswer) -> str:
        return ", ".join(str(part.resource) for part in answer.booking.assignments.all()) or "–"

    @column(_("service"))
    def service(self, answer: SurveyAnswer) -> str:
        return str(answer.booking.work_order.incident_type)

    @column(_("booking"))
    def visit(self, answer: SurveyAnswer) -> str | SafeString:
        return link_to(answer.booking)

    @column(_("who"))
    def who(self, answer: SurveyAnswer) -> str | SafeString:
        return link_to(answer.contact)
