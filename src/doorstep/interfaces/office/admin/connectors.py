# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Connectors: accounts with the services that send, know the traffic or hold calendars ("server
profiles"), how they are doing, and trying them out."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.connectors.registry import UnknownConnector, connector_class
from doorstep.domain.calendars.services.by_hand import check_mailbox
from doorstep.domain.notifications.links import report_url
from doorstep.domain.notifications.services.accounts import resume
from doorstep.domain.notifications.services.try_out import check_account, send_trial
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.interfaces.office.base import OfficeModelAdmin, actor_of
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.forms.calendars import TryMailboxForm
from doorstep.interfaces.office.forms.connectors import (
    ConnectorForm,
    TrialForm,
    connector_form,
    label_of,
    services,
    setting_fields,
)
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.audit.services import record
from doorstep.platform.lib.secrets import SecretUnreadable


@admin.register(ConnectorAccount, site=office)
class ConnectorAccountAdmin(OfficeModelAdmin):
    list_display = ("name", "service", "kind", "portal_name", "state_badge", "allowance")
    list_select_related = ("portal",)
    list_filter = ("kind", "portal", "is_active")
    search_fields = ("name", "connector")
    actions_detail = ("test", "try_mailbox", "send_test", "resume_now")
    readonly_fields = ("service", "state_badge", "trouble", "callback")

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("organization.change_connectoraccount")

    def has_check_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        account = self._account(request, obj)
        return self.has_action_permission(request) and (account is None or _can(account, "check"))

    def has_send_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        account = self._account(request, obj)
        return self.has_action_permission(request) and (account is None or _can(account, "send"))

    def has_mailbox_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        account = self._account(request, obj)
        return self.has_action_permission(request) and (account is None or _is_profile(account))

    def has_resume_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        account = self._account(request, obj)
        return self.has_action_permission(request) and (
            account is None or bool(account.failures or account.paused_until)
        )

    def _account(self, request: HttpRequest, object_id: Any) -> ConnectorAccount | None:
        found = self.get_object(request, str(object_id)) if object_id is not None else None
        return found if isinstance(found, ConnectorAccount) else None

    # --- The form of one service -------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First which service, then its settings."""
        if not self.has_add_permission(request):
            raise Http404
        if "service" not in request.GET:
            context = self.admin_site.each_context(request) | {
                "title": _("Which service?"),
                "opts": self.opts,
                "groups": [
                    (
                        _group_label(kind),
                        [(f"{kind}.{name}", entry.label) for name, entry in entries.items()],
                    )
                    for kind, entries in services().items()
                ],
            }
            return TemplateResponse(request, "office/choose_service.html", context)
        answer: HttpResponse = super().add_view(
            request, form_url, _titles(_chosen(request)[0], _("Add server profile"), extra_context)
        )
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        account = self._account(request, object_id)
        kind = account.kind if account else ""
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, _titles(kind, _("Server profile"), extra_context)
        )
        return answer

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        kwargs["form"] = self._form_class(request, obj)
        return super().get_form(request, obj, change=change, **kwargs)

    def _form_class(self, request: HttpRequest, obj: ConnectorAccount | None) -> Any:
        kind, connector = _chosen(request) if obj is None else (obj.kind, obj.connector)
        try:
            return connector_form(kind, connector)
        except UnknownConnector as error:
            if obj is None:
                raise Http404 from error
            return ModelForm  # the service is gone; what was set can be read, switched off, deleted

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        form_class = self._form_class(request, obj)
        kind = _chosen(request)[0] if obj is None else obj.kind
        # Traffic and calendars are the same for every portal.
        is_for_all = kind in (ConnectorKind.TRAFFIC, ConnectorKind.CALENDAR)
        named = ("name",) if is_for_all else ("name", "portal")
        # How often a calendar service may be asked, it says itself.
        pace = ("is_active",) if kind == ConnectorKind.CALENDAR else ("is_active", "per_minute")
        use: tuple[Any, ...] = (named, pace)
        if obj is not None:
            use = (("service", "state_badge"), ("trouble",), *use)
        sets: list[Any] = [(None, {"fields": use})]
        if issubclass(form_class, ConnectorForm) and (names := setting_fields(form_class, obj)):
            told = _("Secrets are kept encrypted and are not shown again.")
            sets.append((_("Settings"), {"fields": tuple(names), "description": told}))
        if obj is not None and _can(obj, "read_webhook"):
            sets.append((_("Reports"), {"fields": ("callback",)}))
        return sets

    # --- How it is doing ---------------------------------------------------------------------

    @column(_("service"))
    def service(self, account: ConnectorAccount) -> str:
        return f"{label_of(account.kind, account.connector)} ({account.get_kind_display()})"

    @column(_("portal"), ordering="portal__name")
    def portal_name(self, account: ConnectorAccount) -> StrOrPromise:
        if _is_profile(account):
            return "–"
        return str(account.portal) if account.portal else _("All others")

    @column(_("at most per minute"), ordering="per_minute")
    def allowance(self, account: ConnectorAccount) -> str:
        return "–" if _is_profile(account) else str(account.per_minute)

    @column(_("state"), badge=True)
    def state_badge(self, account: ConnectorAccount) -> tuple[str, Any]:
        if not account.is_active:
            return "closed", _("Switched off")
        if account.paused_until and account.paused_until > timezone.now():
            return "blocked", _("Paused")
        if account.failures:
            return "unknown", _("Trouble")
        return "open", _("In use")

    @column(_("how it is doing"))
    def trouble(self, account: ConnectorAccount) -> StrOrPromise:
        try:
            _settings = account.settings
        except SecretUnreadable:
            return _("Its secrets cannot be read any more: please type them anew.")
        if not account.failures and account.paused_until is None:
            return _("Nothing is wrong.")
        return _("Paused until %(until)s, because: %(reason)s (%(count)s failures in a row)") % {
            "until": in_lists(account.paused_until),
            "reason": account.pause_reason or "–",
            "count": account.failures,
        }

    @column(_("address for its reports"))
    def callback(self, account: ConnectorAccount) -> SafeString:
        return format_html(
            '<code class="office-text">{}</code><span class="office-change">{}</span>',
            report_url(account),
            _("Give it to the provider as the address for delivery reports and incoming texts."),
        )

    # --- Trying it out -----------------------------------------------------------------------

    @dialog_action(
        _("Test"),
        description=_("Asks the service whether it knows us. No message is sent."),
        permissions=("check",),
        icon="network_check",
    )
    def test(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        return check_account(account=row, actor=actor_of(request))

    @dialog_action(
        _("Try a mailbox"),
        description=_(
            "A server profile alone cannot be tried: it signs in to a mailbox. Type one, and you "
            "are told what the service says; nothing is written. Technicians' calendars are set "
            "up, tested and enabled under “Technicians' calendars”."
        ),
        form_class=TryMailboxForm,
        permissions=("mailbox",),
        icon="network_check",
    )
    def try_mailbox(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        assert isinstance(form, TryMailboxForm)
        return check_mailbox(account=row, mailbox=form.mailbox, actor=actor_of(request))

    @dialog_action(
        _("Send a test"),
        description=_("One small message, through this service, to an address of yours."),
        form_class=TrialForm,
        permissions=("send",),
        icon="send",
    )
    def send_test(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        receipt = send_trial(
            account=row, to=form.cleaned_data["to"], actor=actor_of(request), now=timezone.now()
        )
        return _("It was taken over. %(detail)s") % {"detail": receipt.detail}

    @dialog_action(
        _("Resume now"),
        description=_("What waits for this service is tried again at once."),
        permissions=("resume",),
        icon="play_arrow",
    )
    def resume_now(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        resume(row)
        record(actor=actor_of(request), action="resumed", obj=row)
        return _("It is in use again.")


def _chosen(request: HttpRequest) -> tuple[str, str]:
    kind, _dot, connector = request.GET.get("service", "").partition(".")
    if connector not in services().get(kind, {}):
        raise Http404
    return kind, connector


def _group_label(kind: str) -> StrOrPromise:
    if kind == ConnectorKind.CALENDAR:
        return _("Calendars (server profiles)")
    return ConnectorKind(kind).label


def _titles(
    kind: str, title: StrOrPromise, extra_context: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Where calendars are meant, the page says "server profile"."""
    return (
        {"title": title} | (extra_context or {})
        if kind == ConnectorKind.CALENDAR
        else extra_context
    )


def _is_profile(account: ConnectorAccount) -> bool:
    return account.kind == ConnectorKind.CALENDAR


def _can(account: ConnectorAccount, ability: str) -> bool:
    try:
        return hasattr(connector_class(account.kind, account.connector), ability)
    except UnknownConnector:
        return False
