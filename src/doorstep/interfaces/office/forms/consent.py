"""What the office notes of an address: no more messages, or messages again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget

from doorstep.domain.notifications.models import Channel, Consent

from .connectors import complete_address


class ConsentForm(forms.ModelForm[Consent]):
    wish = forms.ChoiceField(
        label=_("The customer wants"),
        choices=[("out", _("No messages any more")), ("in", _("Messages again"))],
        initial="out",
        widget=UnfoldAdminRadioSelectWidget(),
    )

    class Meta:
        model = Consent
        fields = ("channel", "address", "scope", "detail")
        help_texts = {
            "detail": _("Who said so, and how; kept in the ledger."),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        channel, typed = self.cleaned_data.get("channel"), self.cleaned_data.get("address")
        if channel and typed:
            try:
                self.cleaned_data["address"] = complete_address(Channel(channel), typed)
            except forms.ValidationError as error:
                self.add_error("address", error)
        return cleaned
