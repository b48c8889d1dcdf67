"""Forms about invitations."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from doorstep.domain.customers.models import Invitation, InvitationKind
from doorstep.domain.organization.models import Portal
from doorstep.interfaces.office.dialogs import DialogForm


class NewInvitationForm(forms.ModelForm[Invitation]):
    """A single invitation is for a contact, a group one for an account."""

    by_email = forms.BooleanField(
        label=_("Send it by e-mail"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=_("A single invitation, to the contact's address."),
    )

    class Meta:
        model = Invitation
        fields = ("portal", "kind", "contact", "account", "expires_at", "max_redemptions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if account := self.fields.get("account"):
            account.required = False  # a contact's own, for a single invitation
        if portal := self.fields.get("portal"):
            portal.initial = Portal.objects.filter(is_default=True).first()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        contact, account, kind = data.get("contact"), data.get("account"), data.get("kind")
        if kind == InvitationKind.SINGLE:
            if contact is None:
                self.add_error("contact", _("Choose whom to invite."))
            else:
                data["account"] = contact.account
                data["max_redemptions"] = 1
        elif kind == InvitationKind.GROUP:
            data["contact"] = None
            if account is None:
                self.add_error("account", _("Choose whose people to invite."))
            if (data.get("max_redemptions") or 0) < 1:
                self.add_error("max_redemptions", _("At least one person must be able to use it."))
        return cleaned

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data.get("expires_at")
        if expires_at and expires_at <= timezone.now():
            raise forms.ValidationError(_("That time has passed."))
        return expires_at


class ExtendForm(DialogForm):
    days = forms.IntegerField(
        label=_("Valid for … days from now"),
        min_value=0,
        max_value=3650,
        initial=30,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("0: it expires at once."),
    )
