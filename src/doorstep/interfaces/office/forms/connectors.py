"""The form of a connector: one field per setting it declares. Secrets go in and never come out."""

import math
import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from doorstep.connectors.base import InvalidSettings, SettingDescription, describe, read_settings
from doorstep.connectors.registry import CALENDAR, EMAIL, SMS, TRAFFIC, Entry, connector_class
from doorstep.domain.notifications.models import Channel
from doorstep.domain.notifications.services.consent import normalize_address
from doorstep.domain.organization.models import ConnectorAccount, ConnectorKind
from doorstep.interfaces.office.dialogs import DialogForm
from doorstep.platform.lib.secrets import SecretUnreadable

PREFIX, FORGET = "setting_", "forget_"
_LONGEST = 2000
# A certificate with its private key, or the key file of a service account.
_LONGEST_SECRET = 20_000
_DEMO_ONLY = {"folder"}
_ENTRIES: dict[str, dict[str, Entry]] = {
    ConnectorKind.EMAIL: EMAIL,
    ConnectorKind.SMS: SMS,
    ConnectorKind.TRAFFIC: TRAFFIC,
    ConnectorKind.CALENDAR: CALENDAR,
}


def services() -> dict[str, dict[str, Entry]]:
    """What can be chosen, by kind; a folder full of texts is of use to a demo only."""
    return {
        kind: {
            name: entry
            for name, entry in entries.items()
            if name not in _DEMO_ONLY or settings.IS_DEMO
        }
        for kind, entries in _ENTRIES.items()
    }


def label_of(kind: str, connector: str) -> str:
    """The name of a service; what is stored for one that is gone."""
    entries = _ENTRIES.get(kind, {})
    return translate(entries[connector].label) if connector in entries else connector


def descriptions_of(kind: str, connector: str) -> tuple[SettingDescription, ...]:
    """Raises UnknownConnector."""
    return describe(connector_class(kind, connector).settings_class)


class ConnectorForm(forms.ModelForm[ConnectorAccount]):
    """Made for one service by `connector_form`."""

    kind: str
    connector: str
    described: tuple[SettingDescription, ...]
    # The history says that these were changed, not to what.
    secret_fields: frozenset[str]

    class Meta:
        model = ConnectorAccount
        fields = ("name", "portal", "is_active", "per_minute")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stored = _stored(self.instance)
        for each in self.described:
            has_one = each.is_secret and bool(self._stored.get(each.name))
            field = self.fields[PREFIX + each.name]
            if each.is_secret:
                field.required = each.is_required and not has_one
                if has_one:
                    field.widget.attrs["placeholder"] = translate("Stored; empty keeps it")
            elif each.name in self._stored:
                field.initial = self._stored[each.name]
            if FORGET + each.name in self.fields and not has_one:
                del self.fields[FORGET + each.name]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors:
            self._check(self._values())
        return cleaned

    def save(self, commit: bool = True) -> ConnectorAccount:
        self.instance.kind, self.instance.connector = self.kind, self.connector
        values = self._values()
        # The same text encrypted anew would look like a change to every process that has it open.
        if values != self._stored or not self.instance.settings_encrypted:
            self.instance.settings = values
        account: ConnectorAccount = super().save(commit)
        return account

    def _values(self) -> dict[str, Any]:
        return {
            each.name: value
            for each in self.described
            if (value := self._value(each)) not in (None, "")
        }

    def _value(self, each: SettingDescription) -> Any:
        given = self.cleaned_data.get(PREFIX + each.name)
        if each.is_secret and not given:
            is_forgotten = self.cleaned_data.get(FORGET + each.name)
            return None if is_forgotten else self._stored.get(each.name)
        return given

    def _check(self, values: dict[str, Any]) -> None:
        """As it will be when a message is to be sent; what is wrong is shown at its field."""
        try:
            wanted = connector_class(self.kind, self.connector)
            wanted(read_settings(wanted.settings_class, values))
        except ValueError as error:
            if not isinstance(error, InvalidSettings):
                # A constructor's own words may quote a value.
                self.add_error(None, translate("These settings do not fit together."))
                return
            self.add_error(self._field_of(str(error)), self._in_labels(str(error)))

    def _field_of(self, text: str) -> str | None:
        words = re.findall(r"\w+", text)
        names = {each.name for each in self.described}
        return next((PREFIX + word for word in words if word in names), None)

    def _in_labels(self, text: str) -> str:
        for each in self.described:
            text = re.sub(rf"\b{each.name}\b", f"“{translate(each.label)}”", text)
        return text


def connector_form(kind: str, connector: str) -> type[ConnectorForm]:
    """Raises UnknownConnector."""
    described = descriptions_of(kind, connector)
    declared: dict[str, Any] = {}
    for each in described:
        declared[PREFIX + each.name] = _field(each)
        if each.is_secret and not each.is_required:
            declared[FORGET + each.name] = forms.BooleanField(
                label=_("Forget the stored %(name)s") % {"name": translate(each.label).lower()},
                required=False,
                widget=UnfoldBooleanSwitchWidget(),
            )
    return type(
        "ConnectorForm",
        (ConnectorForm,),
        {
            "kind": kind,
            "connector": connector,
            "described": described,
            "secret_fields": frozenset(PREFIX + each.name for each in described if each.is_secret),
            **declared,
        },
    )


def setting_fields(form_class: type[ConnectorForm], account: ConnectorAccount | None) -> list[str]:
    """Names of the fields below “Settings”, in the order of declaration."""
    stored = _stored(account) if account else {}
    names = []
    for each in form_class.described:
        names.append(PREFIX + each.name)
        if each.is_secret and not each.is_required and stored.get(each.name):
            names.append(FORGET + each.name)
    return names


def _stored(account: ConnectorAccount) -> dict[str, Any]:
    """Nothing where the key is gone: everything has to be typed anew."""
    try:
        return account.settings
    except SecretUnreadable:
        return {}


def _field(each: SettingDescription) -> forms.Field:
    common: dict[str, Any] = {
        "label": _(each.label),
        "help_text": _(each.help) if each.help else "",
        "required": each.is_required,
        "initial": each.default,
    }
    if each.is_secret:
        return forms.CharField(
            **common | {"initial": None},
            strip=False,
            max_length=_LONGEST_SECRET,
            widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        )
    if each.choices:
        return forms.ChoiceField(
            **common,
            choices=[(choice, choice) for choice in each.choices],
            widget=UnfoldAdminSelectWidget(),
        )
    if each.kind is bool:
        return forms.BooleanField(
            **common | {"required": False}, widget=UnfoldBooleanSwitchWidget()
        )
    if each.kind is int:
        return forms.IntegerField(
            **common, min_value=0, max_value=2**31 - 1, widget=UnfoldAdminIntegerFieldWidget()
        )
    if each.kind is float:
        return forms.FloatField(
            **common, min_value=0, max_value=math.pow(2, 31), widget=UnfoldAdminTextInputWidget()
        )
    return forms.CharField(**common, max_length=_LONGEST, widget=UnfoldAdminTextInputWidget())


class TrialForm(DialogForm):
    to = forms.CharField(
        label=_("To"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("An e-mail address, or a phone number for a text message. It may cost money."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] | None = super().clean()
        account = ConnectorAccount.objects.filter(pk=self.object_id).first()
        if account is not None and (typed := self.cleaned_data.get("to")):
            try:
                self.cleaned_data["to"] = complete_address(Channel(account.kind), typed)
            except forms.ValidationError as error:
                self.add_error("to", error)
        return cleaned


def complete_address(channel: Channel, typed: str) -> str:
    """As it is kept: an e-mail address in lower case, a phone number as +44…

    Raises ValidationError.
    """
    if channel == Channel.EMAIL:
        address = normalize_address(channel, typed)
        return str(forms.EmailField().clean(address))
    address = normalize_address(channel, typed)
    if not re.fullmatch(r"\+\d{6,15}", address):
        raise forms.ValidationError(_("This is not a phone number."))
    return address
