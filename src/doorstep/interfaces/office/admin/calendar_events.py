# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Events in technicians' calendars: what stands there of each visit, and what was refused."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from doorstep.domain.calendars.models import EventState, SyncedEvent
from doorstep.domain.calendars.services.by_hand import retry_event
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin, actor_of
from doorstep.interfaces.office.calendar_words import event_badge, event_when
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.message_words import visit_link
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.lib.errors import DomainError


@admin.register(SyncedEvent, site=office)
class SyncedEventAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = (
        "title_or_name", "visit", "calendar", "when", "state_badge", "because", "attempts",
        "last_seen",
    )  # fmt: skip
    list_display_links = ("title_or_name",)
    list_filter = ("state", ("link", admin.RelatedOnlyFieldListFilter))
    search_fields = ("title", "link__resource__name", "booking__number", "reference")
    date_hierarchy = "starts_at"
    actions = ("try_again_all",)
    actions_detail = ("try_again",)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("title_or_name", "state_badge"),
                    ("calendar", "visit"),
                    ("when", "because"),
                    ("attempts", "attempted"),
                    ("written", "last_seen"),
                )
            },
        ),
        (
            _("At the service"),
            {"classes": ("tab",), "fields": ("reference", ("generation", "sequence"), "remote_id")},
        ),
    )
    readonly_fields = (
        "title_or_name", "state_badge", "calendar", "visit", "when", "because", "attempted",
        "written", "last_seen",
    )  # fmt: skip

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("calendars.change_syncedevent")

    def has_retry_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.has_action_permission(request):
            return False
        if obj is None:
            return True
        event = self.get_object(request, str(obj))
        return event is not None and event.state == EventState.FAILED

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncedEvent]:
        rows: QuerySet[SyncedEvent] = super().get_queryset(request)
        return rows.select_related("link__resource", "link__account", "booking__work_order")

    @column(_("event"), ordering="title")
    def title_or_name(self, event: SyncedEvent) -> str:
        return str(event)

    @column(_("visit"))
    def visit(self, event: SyncedEvent) -> str | SafeString:
        return visit_link(event.booking) if event.booking else str(_("Deleted"))

    @column(_("calendar"), ordering="link__resource__name")
    def calendar(self, event: SyncedEvent) -> str | SafeString:
        return link_to(event.link, str(event.link.resource))

    @column(_("when"), ordering="starts_at")
    def when(self, event: SyncedEvent) -> str:
        return event_when(event)

    @column(_("state"), ordering="state", badge=True)
    def state_badge(self, event: SyncedEvent) -> tuple[str, Any]:
        return event_badge(event)

    @column(_("because"))
    def because(self, event: SyncedEvent) -> str:
        return event.reason or "–"

    @column(_("last attempt"))
    def attempted(self, event: SyncedEvent) -> str:
        return in_lists(event.attempted_at)

    @column(_("written"))
    def written(self, event: SyncedEvent) -> str:
        return in_lists(event.written_at)

    @column(_("last seen"), ordering="seen_at")
    def last_seen(self, event: SyncedEvent) -> str:
        return in_lists(event.seen_at)

    @dialog_action(
        _("Try again"),
        description=_("The event is written once more, as the visit is now."),
        permissions=("retry",),
        icon="replay",
    )
    def try_again(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        retry_event(event=row, actor=actor_of(request))
        return _("It is tried again at once.")

    @admin.action(description=_("Try again"), permissions=["action"])
    def try_again_all(self, request: HttpRequest, rows: QuerySet[SyncedEvent]) -> None:
        """Of those chosen, the refused ones."""
        tried, refusals = 0, set[str]()
        for event in rows.filter(state=EventState.FAILED):
            try:
                retry_event(event=event, actor=actor_of(request))
            except DomainError as refusal:
                refusals.add(str(refusal))
            else:
                tried += 1
        told = ngettext(
            "%(count)s event is tried again.", "%(count)s events are tried again.", tried
        )
        messages.success(request, told % {"count": tried})
        for why in sorted(refusals):
            messages.error(request, why)
