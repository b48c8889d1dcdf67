# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""What a person has to look at: texts of customers, and services and calendars that refuse us."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.notifications.models import StaffTask
from doorstep.domain.notifications.services.staff_tasks import calendar_id_of, finish_task
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin, actor_of
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.filters import DoneFilter
from doorstep.interfaces.office.message_words import visit_link
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists


@admin.register(StaffTask, site=office)
class StaffTaskAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = ("created", "kind", "text", "contact_link", "about", "state_badge", "done_by")
    list_display_links = ("created",)
    list_filter = (DoneFilter, "kind")
    search_fields = ("text", "contact__last_name", "contact__first_name", "booking__number")
    ordering = (F("done_at").desc(nulls_first=True), "-created_at", "-pk")
    actions_detail = ("done",)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("kind", "state_badge"),
                    "text",
                    ("contact_link", "about"),
                    ("service", "created"),
                    ("done_when", "done_by"),
                )
            },
        ),
    )
    readonly_fields = ("created", "contact_link", "about", "state_badge", "service", "done_when")

    def has_done_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not request.user.has_perm("notifications.change_stafftask"):
            return False
        if obj is None:
            return True
        row = self.get_object(request, str(obj))
        return row is not None and row.done_at is None

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffTask]:
        rows: QuerySet[StaffTask] = super().get_queryset(request)
        return rows.select_related("contact__account", "booking__work_order", "account", "done_by")

    @column(_("created"), ordering="created_at")
    def created(self, task: StaffTask) -> str:
        return in_lists(task.created_at)

    @column(_("contact"))
    def contact_link(self, task: StaffTask) -> str | SafeString:
        return link_to(task.contact)

    @column(_("about"))
    def about(self, task: StaffTask) -> str | SafeString:
        """The visit, or the technician's calendar."""
        calendar_id = calendar_id_of(task)
        if calendar_id is None:
            return visit_link(task.booking)
        path = reverse("office:calendars_calendarlink_change", args=[calendar_id])
        return format_html('<a class="office-link" href="{}">{}</a>', path, _("Calendar"))

    @column(_("service"))
    def service(self, task: StaffTask) -> str:
        return str(task.account or "–")

    @column(_("state"), ordering="done_at", badge=True)
    def state_badge(self, task: StaffTask) -> tuple[str, Any]:
        return ("requested", _("Open")) if task.done_at is None else ("completed", _("Done"))

    @column(_("done"))
    def done_when(self, task: StaffTask) -> str:
        return in_lists(task.done_at)

    @dialog_action(
        _("Done"),
        description=_("Somebody has looked at it, and nothing is left to do."),
        permissions=("done",),
        icon="check",
    )
    def done(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        if finish_task(task=row, actor=actor_of(request)):
            return _("It is done.")
        return _("It was done already.")
