# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Time off: entered, decided and taken back through the services that block the time."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.bookings.services.replan import repair_time_off
from doorstep.domain.resources.models import TimeOff, TimeOffState
from doorstep.domain.resources.services.time_off import (
    approve_time_off,
    delete_time_off,
    reject_time_off,
    request_time_off,
)
from doorstep.interfaces.office.base import OfficeModelAdmin, actor_of, adopt
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.repairs import told
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists


@admin.register(TimeOff, site=office)
class TimeOffAdmin(OfficeModelAdmin):
    list_display = ("resource", "from_when", "to_when", "reason", "state_badge", "decided_by")
    list_select_related = ("resource", "decided_by")
    list_filter = ("state",)
    search_fields = ("resource__name", "reason")
    date_hierarchy = "starts_at"
    autocomplete_fields = ("resource",)
    actions_detail = ("approve", "reject", "find_others", "take_back")
    add_fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "Times are those of the company. Approved at once, unless the resource's time "
                    "off needs approval. Visits that lie in it stay: move them on the board."
                ),
                "fields": ("resource", "starts_at", "ends_at", "reason"),
            },
        ),
    )
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("resource", "state_badge"),
                    ("from_when", "to_when"),
                    ("reason", "decided_by"),
                )
            },
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: TimeOff | None = None
    ) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("resource", "state_badge", "from_when", "to_when", "reason", "decided_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its time is blocked: taken back and entered anew

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # by the dialog, which gives the time back

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("resources.change_timeoff")

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.has_action_permission(request):
            return False
        if obj is None:
            return True
        row = self.get_object(request, str(obj))
        return row is not None and row.state == TimeOffState.REQUESTED

    def has_replan_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.has_action_permission(request):
            return False
        if obj is None:
            return True
        row = self.get_object(request, str(obj))
        return row is not None and row.state == TimeOffState.APPROVED

    def save_model(self, request: HttpRequest, obj: TimeOff, form: Any, change: bool) -> None:
        made = request_time_off(
            resource=obj.resource,
            starts_at=obj.starts_at,
            ends_at=obj.ends_at,
            reason=obj.reason,
            actor=actor_of(request),
            now=timezone.now(),
        )
        adopt(obj, made)

    def log_addition(self, request: HttpRequest, obj: Any, message: dict[str, Any]) -> None:
        """The service has written it."""

    @column(_("from"), ordering="starts_at")
    def from_when(self, time_off: TimeOff) -> str:
        return in_lists(time_off.starts_at)

    @column(_("to"), ordering="ends_at")
    def to_when(self, time_off: TimeOff) -> str:
        return in_lists(time_off.ends_at)

    @column(_("state"), ordering="state", badge=True)
    def state_badge(self, time_off: TimeOff) -> tuple[str, Any]:
        return time_off.state, time_off.get_state_display()

    @dialog_action(_("Approve"), permissions=("decide",), icon="check")
    def approve(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        approve_time_off(time_off=row, actor=actor_of(request))
        return _("It is approved.")

    @dialog_action(_("Reject"), permissions=("decide",), icon="close")
    def reject(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        reject_time_off(time_off=row, actor=actor_of(request))
        return _("It is rejected.")

    @dialog_action(
        _("Find others for its visits"),
        description=_(
            "Visits that lie in it go to others or to another time, always inside what was "
            "promised. You are told which cannot be kept; those stay where they are."
        ),
        permissions=("replan",),
        icon="group",
    )
    def find_others(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        return told(repair_time_off(time_off=row, actor=actor_of(request), now=timezone.now()))

    @dialog_action(
        _("Take back"),
        description=_("It is deleted, and the time can be booked again."),
        permissions=("action",),
        icon="undo",
    )
    def take_back(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        delete_time_off(time_off=row, actor=actor_of(request))
        return _("It is taken back.")
