# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""The message log: what was sent, to whom, what became of it, and exactly how it looked."""

from typing import Any

from csp.decorators import csp
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django_stubs_ext import StrOrPromise

from doorstep.domain.notifications.message_types import MESSAGE_TYPES, About
from doorstep.domain.notifications.models import Message, MessageState
from doorstep.domain.notifications.models.message import WAITING
from doorstep.domain.notifications.services.actions import resend, take_back
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin, actor_of
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.csp import MESSAGE_POLICY
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.filters import MessageTypeFilter, TroubleFilter
from doorstep.interfaces.office.message_words import (
    attempt_panel,
    family_panel,
    link_words,
    recipient_words,
    report_panel,
    segments_words,
    state_and_reason,
    text_words,
    told_words,
    type_words,
    visit_link,
    when_words,
)
from doorstep.interfaces.office.panels import Panel, history_panel
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.audit.selectors import history_of


@admin.register(Message, site=office)
class MessageAdmin(ReadOnlyMixin, OfficeModelAdmin):
    change_form_outer_after_template = "office/panels.html"
    list_display = (
        "created", "type_label", "recipient", "channel", "state_and_why", "visit", "sent_or_due",
    )  # fmt: skip
    list_display_links = ("created",)
    list_filter = ("state", TroubleFilter, MessageTypeFilter, "channel", "portal", "is_test")
    search_fields = (
        "address", "contact__last_name", "contact__first_name", "contact__email",
        "contact__account__name", "booking__number", "booking__work_order__number",
    )  # fmt: skip
    search_help_text = _("Address, contact, account, number of a booking or work order")
    date_hierarchy = "created_at"
    actions_detail = ("send_again", "take_it_back")
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("type_label", "state_badge"),
                    ("why", "language"),
                    ("channel", "address"),
                    ("contact_link", "portal"),
                    ("visit", "told"),
                    ("link", "invitation_link"),
                    ("created", "due"),
                    ("sent", "delivered"),
                    ("service", "provider_id"),
                )
            },
        ),
        (_("Text"), {"classes": ("tab",), "fields": ("subject", "plain_text", "segments")}),
        (_("As it looks"), {"classes": ("tab",), "fields": ("preview",)}),
    )
    readonly_fields = (
        "type_label", "state_badge", "why", "contact_link", "visit", "told", "link",
        "invitation_link", "created", "due", "sent", "delivered", "service", "plain_text",
        "segments", "preview",
    )  # fmt: skip

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("notifications.change_message")

    def has_resend_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not of what still waits, nor of what holds secrets that are gone."""
        message = self._message(request, obj)
        return self.has_action_permission(request) and (
            message is None
            or not (message.state in WAITING or message.is_test or _is_about_sign_in(message))
        )

    def has_take_back_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        message = self._message(request, obj)
        return self.has_action_permission(request) and (
            message is None or message.state == MessageState.PENDING
        )

    def _message(self, request: HttpRequest, object_id: Any) -> Message | None:
        found = self.get_object(request, str(object_id)) if object_id is not None else None
        return found if isinstance(found, Message) else None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().get_queryset(request)
        return rows.select_related(
            "contact__account", "user", "portal", "account", "invitation", "code", "follows",
            "booking__work_order",
        ).defer("html")  # fmt: skip

    def get_urls(self) -> list[Any]:
        framed = xframe_options_sameorigin(csp(MESSAGE_POLICY)(self.html_view))  # type: ignore[arg-type]
        view = self.admin_site.admin_view(framed)
        own = path("<int:message_id>/html/", view, name="notifications_message_html")
        return [own, *super().get_urls()]

    def html_view(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """The message's own HTML, for the frame on its page."""
        message = self.get_object(request, str(message_id))
        if message is None or not message.html or not self.has_view_permission(request, message):
            raise Http404
        return HttpResponse(message.html)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        message = self._message(request, object_id)
        panels = _panels(message) if message else []
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {"panels": panels} | (extra_context or {})
        )
        return answer

    @column(_("decided"), ordering="created_at")
    def created(self, message: Message) -> SafeString:
        return format_html('<span class="office-nowrap">{}</span>', in_lists(message.created_at))

    @column(_("type"), ordering="message_type")
    def type_label(self, message: Message) -> str:
        return type_words(message)

    @column(_("to"), ordering="address")
    def recipient(self, message: Message) -> str | SafeString:
        return recipient_words(message)

    @column(_("state"), ordering="state", badge=True)
    def state_badge(self, message: Message) -> tuple[str, Any]:
        return message.state, message.get_state_display()

    @column(_("state"), ordering="state")
    def state_and_why(self, message: Message) -> SafeString:
        return state_and_reason(message)

    @column(_("why"))
    def why(self, message: Message) -> str:
        return message.reason_text or "–"

    @column(_("visit"), ordering="booking__promised_from")
    def visit(self, message: Message) -> str | SafeString:
        return visit_link(message.booking)

    @column(_("sent"), ordering="sent_at")
    def sent_or_due(self, message: Message) -> str | SafeString:
        return when_words(message)

    @column(_("delivered"), ordering="delivered_at")
    def delivered(self, message: Message) -> str:
        return in_lists(message.delivered_at)

    @column(_("contact"))
    def contact_link(self, message: Message) -> str | SafeString:
        return link_to(message.contact)

    @column(_("tells of"))
    def told(self, message: Message) -> str:
        return told_words(message)

    @column(_("its link"))
    def link(self, message: Message) -> str | SafeString:
        return link_words(message)

    @column(_("invitation"))
    def invitation_link(self, message: Message) -> str | SafeString:
        return link_to(message.invitation)

    @column(_("due"))
    def due(self, message: Message) -> str:
        return in_lists(message.due_at)

    @column(_("sent"))
    def sent(self, message: Message) -> str:
        return in_lists(message.sent_at)

    @column(_("through"))
    def service(self, message: Message) -> str:
        """No link: dispatchers read this log and may not see connectors."""
        return str(message.account or "–")

    @column(_("text"))
    def plain_text(self, message: Message) -> SafeString:
        return text_words(message)

    @column(_("parts of the text message"))
    def segments(self, message: Message) -> str:
        return segments_words(message)

    @column(_("HTML"))
    def preview(self, message: Message) -> str | SafeString:
        if not message.html:
            return "–"
        source = reverse("office:notifications_message_html", args=[message.pk])
        return format_html(
            '<iframe class="office-frame" sandbox title="{}" src="{}"></iframe>',
            message.subject,
            source,
        )

    @dialog_action(
        _("Send again"),
        description=_(
            "The same news in the words of today, to the contact's address of today, as a "
            "message of its own."
        ),
        permissions=("resend",),
        icon="forward_to_inbox",
    )
    def send_again(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        again = resend(message=row, actor=actor_of(request), now=timezone.now())
        if again.state == MessageState.SUPPRESSED:
            return _("It is not sent again: %(reason)s") % {"reason": again.reason_text}
        return _("It goes out again, to %(address)s.") % {"address": again.address}

    @dialog_action(
        _("Take back"),
        description=_("It has not been sent yet, and will not be."),
        permissions=("take_back",),
        icon="undo",
    )
    def take_it_back(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        take_back(message=row, actor=actor_of(request))
        return _("It will not be sent.")


def _is_about_sign_in(message: Message) -> bool:
    kind = MESSAGE_TYPES.get(message.message_type)
    return kind is not None and kind.about is About.SIGN_IN


def _panels(message: Message) -> list[Panel]:
    return [
        attempt_panel(message.attempts.select_related("account")),
        report_panel(message.reports.select_related("account")),
        family_panel(message),
        history_panel(history_of(message)[:200]),
    ]
