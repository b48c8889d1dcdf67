# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Filters of lists that are not a plain column."""

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.codes import CodeState, in_state
from doorstep.domain.bookings.models import BY_HAND
from doorstep.domain.calendars.selectors import technicians_without_calendar
from doorstep.domain.notifications.message_types import MESSAGE_TYPES, About
from doorstep.domain.notifications.selectors import TROUBLE
from doorstep.platform.lib.site_time import day_bounds, local_day

from .code_words import STATE_LABELS
from .times import office_zone

Rows = QuerySet[Any]
Choices = list[tuple[str, Any]]


class HasCoordinatesFilter(SimpleListFilter):
    title = _("on the map")
    parameter_name = "placed"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("yes", _("Yes")), ("no", _("No: needs a pin"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() in {"yes", "no"}:
            return queryset.filter(latitude__isnull=self.value() == "no")
        return queryset


class HasSignInFilter(SimpleListFilter):
    title = _("has a sign-in")
    parameter_name = "signs_in"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() in {"yes", "no"}:
            return queryset.filter(user__isnull=self.value() == "no")
        return queryset


class PromisedFilter(SimpleListFilter):
    """By the day of the promise, as the company counts days."""

    title = _("promised")
    parameter_name = "promised"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("today", _("Today")), ("future", _("From now on")), ("past", _("Past"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        now = timezone.now()
        match self.value():
            case "today":
                zone = office_zone()
                begin, end = day_bounds(local_day(now, zone), zone)
                return queryset.filter(promised_from__gte=begin, promised_from__lt=end)
            case "future":
                return queryset.filter(promised_to__gte=now)
            case "past":
                return queryset.filter(promised_to__lt=now)
            case _:
                return queryset


class TroubleFilter(SimpleListFilter):
    title = _("not delivered")
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("1", _("Failed, bounced or unknown"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(state__in=TROUBLE) if self.value() == "1" else queryset


class MessageTypeFilter(SimpleListFilter):
    title = _("type")
    parameter_name = "message_type"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [(each.name, each.label) for each in MESSAGE_TYPES.values()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(message_type=self.value()) if self.value() else queryset


class DoneFilter(SimpleListFilter):
    title = _("done")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("no", _("Open")), ("yes", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() in {"yes", "no"}:
            return queryset.filter(done_at__isnull=self.value() == "no")
        return queryset


class CodeStateFilter(SimpleListFilter):
    """By what a link does when it is opened now."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [(state.value, STATE_LABELS[state]) for state in CodeState]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        wanted = next((state for state in CodeState if state == self.value()), None)
        return in_state(queryset, wanted, now=timezone.now()) if wanted else queryset


class CodePurposeFilter(SimpleListFilter):
    title = _("sent with")
    parameter_name = "purpose"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        about_visits = [each for each in MESSAGE_TYPES.values() if each.about is About.BOOKING]
        return [(BY_HAND, _("Made by hand")), *((each.name, each.label) for each in about_visits)]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(purpose=self.value()) if self.value() else queryset


class OpenedFilter(SimpleListFilter):
    title = _("opened")
    parameter_name = "opened"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("yes", _("Yes")), ("no", _("Never"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() in {"yes", "no"}:
            return queryset.filter(first_opened_at__isnull=self.value() == "no")
        return queryset


class HasCalendarFilter(SimpleListFilter):
    title = _("visits in a calendar")
    parameter_name = "has_calendar"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("yes", _("Yes")), ("no", _("Not set up"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "no":
            return queryset.filter(pk__in=technicians_without_calendar())
        return queryset.filter(calendar_link__isnull=False) if self.value() == "yes" else queryset


class DriftFilter(SimpleListFilter):
    """By what the last reconcile found."""

    title = _("drift")
    parameter_name = "drift"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("yes", _("With drift")), ("never", _("Not read back yet"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "never":
            return queryset.filter(reconciled_at=None)
        if self.value() != "yes":
            return queryset
        nothing = dict.fromkeys(
            ("missing_count", "edited_count", "duplicate_count", "unknown_count"), 0
        )
        return queryset.filter(reconciled_at__isnull=False).exclude(**nothing)


class RunningTripFilter(SimpleListFilter):
    title = _("under way")
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("1", _("On the way now"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(ended_at=None) if self.value() == "1" else queryset


class StillLateFilter(SimpleListFilter):
    title = _("state")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return [("1", _("Late now"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "1":
            return queryset.filter(booking__expected_late_at=F("expected_at"))
        return queryset
