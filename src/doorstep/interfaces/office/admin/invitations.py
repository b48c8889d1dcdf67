# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""Invitations: made, sent again, extended and revoked through their services."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.domain.customers.models import Invitation, InvitationKind, InvitationRedemption
from doorstep.domain.customers.services.invitations import (
    code_of,
    create_invitation,
    extend_invitation,
    revoke_invitation,
)
from doorstep.domain.notifications.services.compose import compose_invitation
from doorstep.interfaces.office.base import (
    OfficeModelAdmin,
    ReadOnlyTabularInline,
    actor_of,
    adopt,
)
from doorstep.interfaces.office.columns import column
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.forms.invitations import ExtendForm, NewInvitationForm
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.audit.services import record
from doorstep.platform.lib.secrets import SecretUnreadable
from doorstep.platform.lib.tokens import new_code


class RedemptionInline(ReadOnlyTabularInline):
    model = InvitationRedemption
    fields = ("contact", "user", "redeemed")
    readonly_fields = ("redeemed",)
    verbose_name_plural = _("Redemptions")
    tab = False

    @column(_("redeemed"))
    def redeemed(self, redemption: InvitationRedemption) -> str:
        return in_lists(redemption.redeemed_at)


@admin.register(Invitation, site=office)
class InvitationAdmin(OfficeModelAdmin):
    form = NewInvitationForm
    list_display = (
        "contact_or_account", "account", "portal", "kind", "state_badge", "expires",
        "redemption_count", "created",
    )  # fmt: skip
    list_display_links = ("contact_or_account",)
    list_select_related = ("contact", "account", "portal")
    list_filter = ("kind", "is_revoked", "is_automatic", "portal")
    search_fields = ("contact__email", "contact__last_name", "account__name")
    date_hierarchy = "created_at"
    inlines = (RedemptionInline,)
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("contact", "account"),
                    ("portal", "kind"),
                    ("state_badge", "expires"),
                    ("redemption_count", "max_redemptions"),
                    "code",
                    ("created", "created_by"),
                )
            },
        ),
    )
    autocomplete_fields = ("contact", "account")
    actions_detail = ("send_again", "extend", "revoke")
    add_fieldsets: Any = (
        (
            None,
            {
                "description": _("The code is made by Doorstep and shown after saving."),
                "fields": (
                    ("portal", "kind"),
                    ("contact", "account"),
                    "expires_at",
                    ("max_redemptions", "by_email"),
                ),
            },
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Invitation | None = None
    ) -> tuple[str, ...]:
        if obj is None:
            return ()
        return (
            "contact", "account", "portal", "kind", "state_badge", "expires", "redemption_count",
            "max_redemptions", "code", "created", "created_by",
        )  # fmt: skip

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        if obj is not None:
            kwargs["form"] = ModelForm  # its page is there to be read
        return super().get_form(request, obj, change=change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Invitation | None) -> tuple[Any, ...]:
        return self.inlines if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # revoked, so that it can be told what became of the code

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        data = form.cleaned_data
        invitation, _code = create_invitation(
            portal=data["portal"],
            actor=actor_of(request),
            contact=data["contact"],
            account=data["account"],
            kind=InvitationKind(data["kind"]),
            expires_at=data["expires_at"],
            max_redemptions=data["max_redemptions"],
            by_email=data["by_email"],
        )
        adopt(obj, invitation)

    def log_addition(self, request: HttpRequest, obj: Any, message: dict[str, Any]) -> None:
        """The service has written it."""

    def response_add(
        self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Straight to its page, where the code stands."""
        messages.success(request, _("The code is %(code)s") % {"code": code_of(obj)})
        return redirect("office:customers_invitation_change", obj.pk)

    @column(_("for"), ordering="contact__last_name")
    def contact_or_account(self, invitation: Invitation) -> str:
        return str(invitation)

    @column(_("state"), badge=True)
    def state_badge(self, invitation: Invitation) -> tuple[str, Any]:
        if invitation.is_revoked:
            return "revoked", _("Revoked")
        if invitation.redemption_count >= invitation.max_redemptions:
            return "redeemed", _("Redeemed")
        if invitation.expires_at and invitation.expires_at <= timezone.now():
            return "expired", _("Expired")
        return "open", _("Open")

    @column(_("expires"), ordering="expires_at")
    def expires(self, invitation: Invitation) -> str:
        return in_lists(invitation.expires_at)

    @column(_("created"), ordering="created_at")
    def created(self, invitation: Invitation) -> str:
        return in_lists(invitation.created_at)

    @column(_("code"))
    def code(self, invitation: Invitation) -> str | SafeString:
        """For reading it out on the phone."""
        try:
            code = code_of(invitation)
        except SecretUnreadable:
            return str(_("It cannot be read any more: please make a new invitation."))
        return format_html("<code>{}</code>", code)

    @dialog_action(
        _("Send again"),
        description=_("The same code goes to the contact by e-mail once more."),
        permissions=("action",),
        icon="forward_to_inbox",
    )
    def send_again(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        message = compose_invitation(invitation_id=row.pk, now=timezone.now(), occasion=new_code())
        record(actor=actor_of(request), action="sent again", obj=row)
        if message is None:
            return _("A group invitation names nobody: pass the code on yourself.")
        return _("The message is %(state)s. %(reason)s") % {
            "state": message.get_state_display().lower(),
            "reason": message.reason_text,
        }

    @dialog_action(
        _("Extend or expire"), form_class=ExtendForm, permissions=("action",), icon="update"
    )
    def extend(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        until = timezone.now() + timedelta(days=form.cleaned_data["days"])
        extend_invitation(invitation=row, expires_at=until, actor=actor_of(request))
        return _("It is valid until %(until)s.") % {"until": in_lists(until)}

    @dialog_action(
        _("Revoke"),
        description=_("The code opens nothing any more."),
        permissions=("action",),
        icon="block",
    )
    def revoke(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        revoke_invitation(invitation=row, actor=actor_of(request))
        return _("The invitation is revoked.")

    def has_action_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("customers.change_invitation")
