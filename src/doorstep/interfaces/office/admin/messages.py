# the signatures are those of Django's admin
"""The message log: what was sent, to whom, what became of it, and exactly how it looked."""

from typing import Any

from csp.decorators import csp
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from doorstep.domain.notifications.models import Attempt, Message
from doorstep.interfaces.office.base import OfficeModelAdmin, ReadOnlyMixin, ReadOnlyTabularInline
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.csp import MESSAGE_POLICY
from doorstep.interfaces.office.filters import TroubleFilter
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists


class AttemptInline(ReadOnlyTabularInline):
    model = Attempt
    fields = ("started", "finished", "outcome", "code", "detail", "provider_id")
    readonly_fields = ("started", "finished")
    verbose_name_plural = _("Attempts")
    tab = False

    @column(_("started"))
    def started(self, attempt: Attempt) -> str:
        return in_lists(attempt.started_at)

    @column(_("finished"))
    def finished(self, attempt: Attempt) -> str:
        return in_lists(attempt.finished_at)


@admin.register(Message, site=office)
class MessageAdmin(ReadOnlyMixin, OfficeModelAdmin):
    list_display = (
        "created", "message_type", "channel", "address", "state_badge", "reason", "contact",
    )  # fmt: skip
    list_display_links = ("created",)
    list_select_related = ("contact",)
    list_filter = ("state", TroubleFilter, "message_type", "channel")
    search_fields = ("address", "subject", "contact__last_name", "contact__email")
    date_hierarchy = "created_at"
    inlines = (AttemptInline,)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("message_type", "state_badge"),
                    ("channel", "address"),
                    ("reason", "language"),
                    ("created", "due"),
                    ("sent", "contact"),
                    ("booking_link", "invitation"),
                )
            },
        ),
        (_("Text"), {"classes": ("tab",), "fields": ("subject", "plain_text")}),
        (_("As it looks"), {"classes": ("tab",), "fields": ("preview",)}),
    )
    readonly_fields = (
        "state_badge", "created", "due", "sent", "booking_link", "plain_text", "preview",
    )  # fmt: skip

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

    @column(_("created"), ordering="created_at")
    def created(self, message: Message) -> str:
        return in_lists(message.created_at)

    @column(_("due"))
    def due(self, message: Message) -> str:
        return in_lists(message.due_at)

    @column(_("sent"))
    def sent(self, message: Message) -> str:
        return in_lists(message.sent_at)

    @column(_("state"), ordering="state", badge=True)
    def state_badge(self, message: Message) -> tuple[str, Any]:
        return message.state, message.get_state_display()

    @column(_("booking"))
    def booking_link(self, message: Message) -> str | SafeString:
        return link_to(message.booking)

    @column(_("text"))
    def plain_text(self, message: Message) -> SafeString:
        return format_html('<pre class="office-text">{}</pre>', message.text or "–")

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
