# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Technicians' calendars: set up, approved, tested, watched. The list is their health page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from doorstep.domain.calendars.models import AT_WORK, CalendarLink, LinkState, SyncedEvent
from doorstep.domain.calendars.selectors import get_calendar_settings, with_event_counts
from doorstep.domain.calendars.services.by_hand import look_now
from doorstep.domain.calendars.services.links import TYPED, change_mailbox, delete_link
from doorstep.domain.organization.models import ConnectorAccount
from doorstep.domain.resources.models import BookableResource
from doorstep.interfaces.office.base import OfficeModelAdmin, actor_of
from doorstep.interfaces.office.calendar_actions import CalendarActionsMixin
from doorstep.interfaces.office.calendar_panels import events_panel
from doorstep.interfaces.office.calendar_summary import (
    forget_finished_tests,
    summary_of,
    tested_states,
)
from doorstep.interfaces.office.calendar_words import (
    advice,
    busy_words,
    drift_words,
    event_counts_words,
    in_lines,
    link_badge,
    next_try,
    state_and_why,
)
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.filters import DriftFilter
from doorstep.interfaces.office.forms.calendars import (
    CalendarLinkForm,
    calendar_profiles,
    is_password_asked_for,
)
from doorstep.interfaces.office.panels import history_panel
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.audit.selectors import history_of

_MAILBOX_HELP = _(
    "Nothing is written before somebody has approved the calendar and a test has gone well. "
    "Another profile, mailbox or calendar: what stands in the old one stays there, unlinked, and "
    "the new one has to be approved and tested."
)


@admin.register(CalendarLink, site=office)
class CalendarLinkAdmin(CalendarActionsMixin, OfficeModelAdmin):
    form = CalendarLinkForm
    change_form_outer_after_template = "office/panels.html"
    list_before_template = "office/calendars_above.html"
    list_display = (
        "technician", "mailbox", "state_and_reason", "success_and_next", "events_in_words", "drift",
    )  # fmt: skip
    list_display_links = ("technician",)
    list_filter = ("state", ("account", admin.RelatedOnlyFieldListFilter), DriftFilter)
    search_fields = ("resource__name", "address", "account__name")
    autocomplete_fields = ("resource",)
    readonly_fields = (
        "technician", "state_badge", "because", "to_do", "approved", "tested", "last_success",
        "next_look", "events_in_words", "drift", "read_back", "busy_read",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarLink]:
        rows: QuerySet[CalendarLink] = super().get_queryset(request)
        return with_event_counts(rows.select_related("resource", "account", "approved_by"))

    # --- The list ----------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        summary = {"calendars": summary_of(request, may_add=self.has_add_permission(request))}
        answer: HttpResponse = super().changelist_view(request, summary | (extra_context or {}))
        if request.method == "GET":
            forget_finished_tests(request)
        return answer

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.progress_view)
        return [
            path("progress/", view, name="calendars_calendarlink_progress"),
            *super().get_urls(),
        ]

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """The summary anew, and the states of calendars that are being tested, for the list."""
        if not self.has_view_permission(request):
            raise Http404
        summary = summary_of(request, may_add=self.has_add_permission(request))
        context = {"calendars": summary, "states": tested_states(request)}
        return TemplateResponse(request, "office/calendar_progress.html", context)

    # --- The form ----------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: CalendarLink | None = None) -> Any:
        mailbox: list[Any] = [("account", "address"), "calendar"]
        if is_password_asked_for(obj) and self.has_change_permission(request):
            has_one = obj is not None and obj.password_encrypted
            mailbox.append(("own_password", "forget_password") if has_one else "own_password")
        if obj is None:
            fields = ("resource", *mailbox)
            return [(None, {"fields": fields, "description": _MAILBOX_HELP})]
        state = (
            ("technician", "state_badge"),
            ("because", "to_do"),
            ("approved", "tested"),
            ("last_success", "next_look"),
            ("events_in_words", "drift"),
            ("read_back", "busy_read"),
        )
        return [
            (None, {"fields": state}),
            (_("Mailbox"), {"fields": tuple(mailbox), "description": _MAILBOX_HELP}),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The technician's own address, and the profile if there is only one."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        technician = initial.get("resource", "")
        if technician.isascii() and technician.isdecimal() and len(technician) < 19:
            found = BookableResource.objects.filter(pk=technician).first()
            initial.setdefault("address", found.email if found else "")
        profiles = list(calendar_profiles().filter(is_active=True)[:2])
        if len(profiles) == 1:
            initial.setdefault("account", profiles[0].pk)
        return initial

    def save_model(
        self, request: HttpRequest, obj: CalendarLink, form: CalendarLinkForm, change: bool
    ) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        if form.is_other_mailbox:
            change_mailbox(link=obj, actor=actor_of(request))
            return
        # Only what was typed: a worker may have written the rest meanwhile.
        obj.save(update_fields=TYPED)
        if form.is_password_changed and _is_written(obj):
            look_now(link=obj, actor=actor_of(request), reads_back=True)

    def delete_model(self, request: HttpRequest, obj: CalendarLink) -> None:
        delete_link(link=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CalendarLink]) -> None:
        for link in queryset.select_related("resource"):
            delete_link(link=link, actor=actor_of(request))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Their events by number: there may be thousands."""
        links = list(objs)
        events = SyncedEvent.objects.filter(link__in=links).count()
        told = [
            *(str(link) for link in links),
            ngettext(
                "%(count)s event is forgotten here; what stands in the calendar stays there.",
                "%(count)s events are forgotten here; what stands in the calendars stays there.",
                events,
            )
            % {"count": events},
        ]
        return told, {str(self.opts.verbose_name_plural): len(links)}, set(), []

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        link = self.find_link(request, object_id)
        panels = [events_panel(link), history_panel(history_of(link)[:200])] if link else []
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {"panels": panels} | (extra_context or {})
        )
        return answer

    # --- How it is doing ---------------------------------------------------------------------

    @column(_("technician"), ordering="resource__name")
    def technician(self, link: CalendarLink) -> str:
        return str(link.resource)

    @column(_("mailbox"), ordering="address")
    def mailbox(self, link: CalendarLink) -> SafeString:
        """The profile is no link: dispatchers read this list and may not see connectors."""
        return in_lines(link.address, str(link.account))

    @column(_("state"), ordering="state")
    def state_and_reason(self, link: CalendarLink) -> SafeString:
        return state_and_why(link)

    @column(_("state"), badge=True)
    def state_badge(self, link: CalendarLink) -> tuple[str, Any]:
        return link_badge(link)

    @column(_("because"))
    def because(self, link: CalendarLink) -> str:
        since = _("since %(when)s") % {"when": in_lists(link.state_since)}
        return f"{link.state_reason} ({since})" if link.state_reason else capfirst(since)

    @column(_("what to do"))
    def to_do(self, link: CalendarLink) -> str:
        return advice(link, get_calendar_settings())

    @column(_("approved"))
    def approved(self, link: CalendarLink) -> str:
        if link.approved_at is None:
            return "–"
        when = in_lists(link.approved_at)
        if link.approved_by is None:
            return when
        return _("%(when)s by %(who)s") % {"when": when, "who": link.approved_by}

    @column(_("last good test"))
    def tested(self, link: CalendarLink) -> str:
        return in_lists(link.tested_at)

    @column(_("last success"), ordering="succeeded_at")
    def success_and_next(self, link: CalendarLink) -> SafeString:
        then = next_try(link)
        tries = "" if then == "–" else _("next try: %(when)s") % {"when": then}
        return in_lines(in_lists(link.succeeded_at), tries)

    @column(_("last success"))
    def last_success(self, link: CalendarLink) -> str:
        return in_lists(link.succeeded_at)

    @column(_("events"), ordering="waiting_events")
    def events_in_words(self, link: CalendarLink) -> str | SafeString:
        return event_counts_words(link)

    @column(_("drift found"))
    def drift(self, link: CalendarLink) -> str | SafeString:
        return drift_words(link)

    @column(_("last read back"), ordering="reconciled_at")
    def read_back(self, link: CalendarLink) -> str:
        return in_lists(link.reconciled_at)

    @column(_("busy times read"))
    def busy_read(self, link: CalendarLink) -> str:
        return busy_words(link, get_calendar_settings())

    @column(_("next try"))
    def next_look(self, link: CalendarLink) -> str:
        return next_try(link)


def _is_written(link: CalendarLink) -> bool:
    profile: ConnectorAccount = link.account
    is_good = LinkState(link.state) in AT_WORK and link.tested_at is not None
    return is_good and profile.is_active and get_calendar_settings().is_enabled
