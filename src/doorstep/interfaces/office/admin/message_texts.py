# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Own words of messages: written beside the default ones, previewed, sent to oneself."""

from typing import Any

from csp.decorators import csp_replace
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from doorstep.domain.notifications.message_types import MESSAGE_TYPES
from doorstep.domain.notifications.models import Channel, MessageText
from doorstep.domain.notifications.samples import sample_content
from doorstep.domain.notifications.services.preview import check_words, preview, send_test
from doorstep.domain.notifications.words.defaults import OWN_PARTS
from doorstep.domain.notifications.words.placeholders import placeholders_of
from doorstep.domain.notifications.words.texts import snippets_of
from doorstep.interfaces.office.base import OfficeModelAdmin
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.csp import PREVIEW_POLICY
from doorstep.interfaces.office.forms.message_texts import MessageTextForm, PreviewForm
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.lib.errors import DomainError

_KEY = ("portal", "message_type", "language")
_MAIL_PARTS = ("subject", "heading", "opening", "closing", "button")


@admin.register(MessageText, site=office)
class MessageTextAdmin(OfficeModelAdmin):
    form = MessageTextForm
    list_display = ("type_label", "language", "portal", "changed")
    list_display_links = ("type_label",)
    list_filter = ("portal", "language")
    list_select_related = ("portal",)
    readonly_fields = ("type_label", "placeholders", "preview_button")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What customers read is a setting; dispatchers, who may handle messages, look at it."""
        return bool(self.has_add_permission(request))

    def get_fieldsets(self, request: HttpRequest, obj: MessageText | None = None) -> Any:
        if obj is None:
            help_text = _("The parts are written on the next page, beside the default text.")
            return ((None, {"fields": _KEY, "description": help_text}),)
        parts = (_("E-mail"), {"fields": _MAIL_PARTS})
        by_sms = (_("Text message"), {"fields": ("sms",)})
        has_sms = MESSAGE_TYPES[obj.message_type].by_sms
        return (
            (None, {"fields": (("type_label", "language", "portal"), "preview_button")}),
            parts,
            *((by_sms,) if has_sms else ()),
            (_("What texts may name"), {"fields": ("placeholders",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, *(("portal", "language") if obj else ()))

    def get_urls(self) -> list[Any]:
        shown = csp_replace(PREVIEW_POLICY)(self.preview_view)  # type: ignore[arg-type]
        view = self.admin_site.admin_view(shown)
        name = "notifications_messagetext_preview"
        return [path("<int:object_id>/preview/", view, name=name), *super().get_urls()]

    def response_add(
        self, request: HttpRequest, obj: MessageText, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to the parts."""
        return redirect("office:notifications_messagetext_change", obj.pk)

    def save_model(self, request: HttpRequest, obj: MessageText, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for problem in form.warnings:
            messages.warning(request, problem.text)

    # --- Preview -----------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """As the page was left, saved or not (POST), or as it is saved (GET); a test on demand."""
        text = self.get_object(request, str(object_id))
        if text is None or not self.has_view_permission(request, text):
            raise Http404
        draft = {part: request.POST.get(part, getattr(text, part)) for part in OWN_PARTS}
        kind = MESSAGE_TYPES[text.message_type]
        asked = PreviewForm(
            request.POST if "_look" in request.POST or "_send" in request.POST else None,
            by_sms=kind.by_sms,
            with_visit="day" in placeholders_of(kind.name),
            label_suffix="",
        )
        now, which = timezone.now(), _which(text)
        is_asked = asked.is_bound and asked.is_valid()
        booking = asked.cleaned_data.get("booking") if is_asked else None
        problems = check_words(draft, now=now, **which)
        context: dict[str, Any] = {}
        if not any(not problem.is_warning for problem in problems):
            context["shown"] = preview(draft=draft, booking=booking, now=now, **which)
            if "_send" in request.POST and is_asked:
                self._send(request, text, draft, asked.cleaned_data)
        context |= self.admin_site.each_context(request) | {
            "title": _t("Preview"),
            "text": text,
            "type_label": kind.label,
            "draft": {part: draft[part] for part in OWN_PARTS},
            "form": asked,
            "problems": problems,
            "may_send": self.has_change_permission(request, text),
            "back": reverse("office:notifications_messagetext_change", args=[text.pk]),
        }
        return TemplateResponse(request, "office/message_preview.html", context)

    def _send(
        self, request: HttpRequest, text: MessageText, draft: dict[str, str], asked: dict[str, Any]
    ) -> None:
        if not self.has_change_permission(request, text):
            raise Http404
        assert request.user.is_authenticated
        try:
            sent = send_test(
                channel=Channel(asked.get("channel") or Channel.EMAIL),
                user=request.user,
                phone=asked.get("phone") or "",
                draft=draft,
                booking=asked.get("booking"),
                **_which(text),
            )
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            told = _t("A test goes to {}. {}")
            link = link_to(sent, _t("See what becomes of it"))
            messages.success(request, format_html(told, sent.address, link))

    # --- Columns -----------------------------------------------------------------------------

    @column(_("type"), ordering="message_type")
    def type_label(self, text: MessageText) -> str:
        kind = MESSAGE_TYPES.get(text.message_type)
        return str(kind.label) if kind else text.message_type

    @column(_("changed"), ordering="changed_at")
    def changed(self, text: MessageText) -> str:
        return in_lists(text.changed_at)

    @column("")
    def preview_button(self, text: MessageText) -> SafeString:
        """A button of the form itself: what is written goes along, saved or not."""
        return format_html(
            '<button type="submit" class="office-button" formaction="{}" formtarget="_blank" '
            "formnovalidate>{}</button>",
            reverse("office:notifications_messagetext_preview", args=[text.pk]),
            _t("Preview"),
        )

    @column(_("placeholders"))
    def placeholders(self, text: MessageText) -> SafeString:
        with translation.override(text.language):
            samples = sample_content(text.message_type, text.portal, now=timezone.now()).values
        rows = [
            (f"{{{name}}}", str(each.meaning), samples[name] or "–")
            for name, each in placeholders_of(text.message_type).items()
        ]
        own = snippets_of(text.portal, text.language).items()
        rows += [(f"{{{name}}}", _t("Snippet of the portal"), sample) for name, sample in own]
        return render_to_string("office/_placeholders.html", {"rows": rows, "text": text})


def _which(text: MessageText) -> dict[str, Any]:
    return {
        "portal": text.portal,
        "message_type": text.message_type,
        "language": text.language,
    }
