"""Forms about technicians' calendars. A password goes in and never comes out."""

from typing import Any

from django import forms
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from doorstep.connectors.calendar.base import Mailbox
from doorstep.connectors.registry import UnknownConnector, connector_class
from doorstep.domain.calendars.models import CalendarLink
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.domain.resources.models import BookableResource, ResourceKind
from doorstep.interfaces.office.dialogs import DialogForm

# Others are no person's, and crews are booked member by member.
PEOPLE = (ResourceKind.USER, ResourceKind.CONTACT, ResourceKind.ACCOUNT)
# What makes it another mailbox: what stands in the old one is let go of.
MAILBOX_FIELDS = frozenset({"account", "address", "calendar"})


def calendar_profiles() -> Any:
    return ConnectorAccount.objects.filter(kind=ConnectorKind.CALENDAR)


def takes_passwords(account: ConnectorAccount) -> bool:
    """Whether each user of the service has a password of her own that we need."""
    try:
        return bool(
            getattr(connector_class(account.kind, account.connector), "takes_passwords", False)
        )
    except UnknownConnector:
        return False


def is_password_asked_for(link: CalendarLink | None) -> bool:
    """Where some profile takes one, or one is stored."""
    if link is not None and link.password_encrypted:
        return True
    return any(takes_passwords(account) for account in calendar_profiles())


def _password_field(**more: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Own password"),
        required=False,
        strip=False,
        max_length=500,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        **more,
    )


class CalendarLinkForm(forms.ModelForm[CalendarLink]):
    own_password = _password_field(
        help_text=_(
            "Only for CalDAV servers where each user has one: the technician's, better one made "
            "for applications. It is kept encrypted, not shown again, and forgotten when the "
            "mailbox or the profile changes."
        )
    )
    forget_password = forms.BooleanField(
        label=_("Forget the stored password"), required=False, widget=UnfoldBooleanSwitchWidget()
    )
    # The history says that it was changed, not to what.
    secret_fields = frozenset({"own_password"})

    class Meta:
        model = CalendarLink
        fields = ("resource", "account", "address", "calendar")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if account := self.fields.get("account"):
            account.queryset = calendar_profiles()  # type: ignore[attr-defined]
            # Profiles are made on their own pages, service by service.
            for ability in ("add", "change", "delete", "view"):
                setattr(account.widget, f"can_{ability}_related", False)
        stored = bool(self.instance.password_encrypted)
        if stored and "own_password" in self.fields:
            self.fields["own_password"].widget.attrs["placeholder"] = translate(
                "Stored; empty keeps it"
            )
        if not stored:
            self.fields.pop("forget_password", None)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        return address

    def clean_resource(self) -> BookableResource:
        resource: BookableResource = self.cleaned_data["resource"]
        if resource.kind not in PEOPLE:
            raise forms.ValidationError(
                _("Only people have calendars. The visits of a crew go to each of its members.")
            )
        return resource

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        account = self.cleaned_data.get("account")
        if self.cleaned_data.get("own_password") and account and not takes_passwords(account):
            self.add_error(
                "own_password",
                _("This service needs no password of the user: the profile signs in for all."),
            )
        return cleaned

    @property
    def is_other_mailbox(self) -> bool:
        return bool(MAILBOX_FIELDS & set(self.changed_data))

    @property
    def is_password_changed(self) -> bool:
        return bool({"own_password", "forget_password"} & set(self.changed_data))

    def save(self, commit: bool = True) -> CalendarLink:
        given = self.cleaned_data.get("own_password") or ""
        # Never hand what was typed for one server or user to another.
        if given or self.cleaned_data.get("forget_password") or self.is_other_mailbox:
            self.instance.set_password(given)
        link: CalendarLink = super().save(commit)
        return link


class TryMailboxForm(DialogForm):
    """A profile alone cannot be tried: it signs in to a mailbox."""

    address = forms.CharField(
        label=_("Mailbox"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The mailbox address; for CalDAV the user name."),
    )
    calendar = forms.CharField(
        label=_("Calendar"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Empty: the main one. Else its id, for CalDAV its address or name."),
    )
    own_password = _password_field(
        help_text=_("Only for CalDAV servers where each user has one. It is not kept.")
    )

    @property
    def mailbox(self) -> Mailbox:
        data = self.cleaned_data
        return Mailbox(data["address"].strip(), data["calendar"], data["own_password"])
