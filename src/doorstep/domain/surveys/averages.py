"""Averages of what customers said: per technician, and per service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, F, QuerySet

from doorstep.domain.resources.models import ResourceKind

from .models import SurveyAnswer

_PEOPLE = (ResourceKind.USER, ResourceKind.CONTACT)


@dataclass(frozen=True, slots=True)
class Average:
    """Of `count` answers; `question_count` of them answered the service's question as well."""

    pk: int
    name: str
    count: int
    rating: float
    question_count: int
    question_rating: float | None


def answers_between(from_at: datetime, to_at: datetime) -> QuerySet[SurveyAnswer]:
    """Those given from `from_at` until before `to_at`."""
    return SurveyAnswer.objects.filter(given_at__gte=from_at, given_at__lt=to_at)


def average_by_technician(answers: QuerySet[SurveyAnswer]) -> list[Average]:
    """An answer counts for everybody who came, of a crew for each member; by name."""
    people = answers.filter(booking__assignments__resource__kind__in=_PEOPLE)
    return _averages(people, "booking__assignments__resource")


def average_by_service(answers: QuerySet[SurveyAnswer]) -> list[Average]:
    """By the service's name."""
    return _averages(answers, "booking__work_order__incident_type")


def average_of_all(answers: QuerySet[SurveyAnswer]) -> Average | None:
    """None without answers."""
    found: dict[str, Any] = answers.aggregate(**_measures())
    return _average(0, "", found) if found["count"] else None


def _averages(answers: QuerySet[SurveyAnswer], group: str) -> list[Average]:
    rows = (
        answers.order_by()
        .values(group_pk=F(f"{group}_id"), group_name=F(f"{group}__name"))
        .annotate(**_measures())
        .order_by("group_name", "group_pk")
    )
    return [_average(row["group_pk"], row["group_name"], row) for row in rows]


def _average(pk: int, name: str, row: Mapping[str, Any]) -> Average:
    return Average(
        pk=pk,
        name=name,
        count=row["count"],
        rating=row["mean"],
        question_count=row["question_count"],
        question_rating=row["question_mean"],
    )


def _measures() -> dict[str, Any]:
    # The fields' own names are taken.
    return {
        "count": Count("pk"),
        "question_count": Count("question_rating"),
        "mean": Avg("rating"),
        "question_mean": Avg("question_rating"),
    }
