# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Work orders: made through the service; their page shows what is required, booked and done."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.bookings.models import Booking, BookingNote, ParentStatus
from doorstep.domain.notifications.selectors import messages_of_work_order
from doorstep.domain.work.models import ResourcePreference, WorkOrder
from doorstep.domain.work.services.work_orders import cancel_work_order, create_work_order
from doorstep.interfaces.office.base import OfficeModelAdmin, OfficeTabularInline, actor_of, adopt
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.forms.work_orders import NewWorkOrderForm, WorkOrderForm
from doorstep.interfaces.office.message_words import message_panel
from doorstep.interfaces.office.panels import (
    Panel,
    booking_panel,
    history_panel,
    note_panel,
    requirement_panel,
)
from doorstep.interfaces.office.places import ADDRESS, AddressAdminMixin
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.interfaces.office.why import WhyMixin
from doorstep.platform.audit.selectors import history_of
from doorstep.platform.lib.errors import DomainError

_ADDRESS_FIELDS = ("street", "postal_code", "city", "country", "latitude", "longitude", "time_zone")


class HasVisits(DomainError):
    code = "has_visits"
    text = _("Cancel its visits first: their customers have to be told.")


class WorkOrderPreferenceInline(OfficeTabularInline):
    model = ResourcePreference
    fk_name = "work_order"
    fields = ("kind", "resource", "from_on", "to_on")
    autocomplete_fields = ("resource",)
    verbose_name_plural = _("Preferences")


@admin.register(WorkOrder, site=office)
class WorkOrderAdmin(WhyMixin, AddressAdminMixin, OfficeModelAdmin):
    form = WorkOrderForm
    change_form_outer_after_template = "office/panels.html"
    list_display = (
        "number", "account", "incident_type", "status_badge", "priority", "address", "created_when",
    )  # fmt: skip
    list_select_related = ("account", "incident_type", "priority")
    list_filter = ("system_status", "incident_type", "territory", "priority")
    search_fields = ("number", "account__name", "summary", "postal_code", "street")
    date_hierarchy = "created_at"
    autocomplete_fields = (
        "account", "reported_by", "asset", "location", "incident_type", "territory",
    )  # fmt: skip
    inlines = (WorkOrderPreferenceInline,)
    actions_detail = ("cancel", "why_no_time")
    why_parameter = "work_order"
    add_fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "Number, requirements and address follow from these; the address is that of "
                    "the location, the asset or the account."
                ),
                "fields": (
                    ("account", "incident_type"),
                    ("reported_by", "asset"),
                    ("location", "priority"),
                    "summary",
                ),
            },
        ),
    )
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("number", "status_badge"),
                    ("account", "incident_type"),
                    ("reported_by", "asset"),
                    ("location", "territory"),
                    ("priority", "work_order_type"),
                    ("summary", "created_when"),
                    "instructions",
                )
            },
        ),
        ADDRESS,
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        if obj is None:
            kwargs["form"] = NewWorkOrderForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(
        self, request: HttpRequest, obj: WorkOrder | None = None
    ) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = ("number", "status_badge", "created_when", "account", "incident_type",
                 "work_order_type")  # fmt: skip
        # Visits are planned to this door; the address changes by booking anew.
        return (*fixed, *_ADDRESS_FIELDS) if _has_visits(obj) else fixed

    def get_inlines(self, request: HttpRequest, obj: WorkOrder | None) -> tuple[Any, ...]:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: WorkOrder, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        created = create_work_order(
            account=obj.account,
            reported_by=obj.reported_by,
            incident_type=obj.incident_type,
            place=form.place(),
            asset=obj.asset,
            location=obj.location,
            priority=obj.priority,
            summary=obj.summary,
            actor=actor_of(request),
        )
        adopt(obj, created)

    def log_addition(self, request: HttpRequest, obj: Any, message: dict[str, Any]) -> None:
        """The service has written it."""

    def has_delete_permission(self, request: HttpRequest, obj: WorkOrder | None = None) -> bool:
        return False  # canceled, never forgotten

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        panels = _panels(obj) if isinstance(obj, WorkOrder) else []
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {"panels": panels} | (extra_context or {})
        )
        return answer

    @column(_("status"), ordering="system_status", badge=True)
    def status_badge(self, work_order: WorkOrder) -> tuple[str, Any]:
        return work_order.system_status, work_order.get_system_status_display()

    @column(_("created"), ordering="created_at")
    def created_when(self, work_order: WorkOrder) -> str:
        return in_lists(work_order.created_at)

    @dialog_action(
        _("Cancel work order"),
        description=_("Nothing can be booked for it any more."),
        submit=_("Yes, cancel it"),
        icon="cancel",
    )
    def cancel(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        if _has_visits(row):
            raise HasVisits
        cancel_work_order(work_order=row, actor=actor_of(request))
        return _("Work order %(number)s is canceled.") % {"number": row.number}


def _has_visits(work_order: WorkOrder) -> bool:
    return work_order.bookings.exclude(status__parent=ParentStatus.CANCELED).exists()


def _panels(work_order: WorkOrder) -> list[Panel]:
    bookings = list(
        Booking.objects.filter(work_order=work_order)
        .select_related("status")
        .prefetch_related(
            "assignments__resource",
            Prefetch("notes", BookingNote.objects.select_related("author")),
        )
    )
    requirements = work_order.requirements.prefetch_related("needs__characteristic")
    notes = [note for booking in bookings for note in booking.notes.all()]
    return [
        requirement_panel(requirements),
        booking_panel(bookings, link_to),
        message_panel(messages_of_work_order(work_order.pk)),
        note_panel(sorted(notes, key=lambda note: note.created_at)),
        history_panel(history_of(work_order, *bookings)[:200]),
    ]
