"""What a customer may say about herself."""

import unicodedata

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from doorstep.domain.customers.errors import InvalidPhoneNumber
from doorstep.domain.customers.models import Contact, MessageChannel
from doorstep.domain.customers.services.contacts import ContactDetails, normalize_contact_phone
from doorstep.domain.notifications.services.consent import wants_reminders


class ProfileForm(forms.Form):
    first_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=80, required=False)
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "dir": "ltr"}),
        help_text=_("So that the technician can reach you on the day."),
    )
    language = forms.ChoiceField(
        label=_("Language of our messages"),
        choices=[("", _("No preference")), *settings.LANGUAGES],
        required=False,
    )
    message_channel = forms.ChoiceField(
        label=_("Messages by"),
        choices=[
            ("", _("No preference")),
            (MessageChannel.EMAIL, _("E-mail")),
            (MessageChannel.SMS, _("Text message")),
            (MessageChannel.BOTH, _("E-mail and text message")),
        ],
        required=False,
        help_text=_("Text messages go to your mobile phone. Some messages come by e-mail only."),
    )
    wants_reminders = forms.BooleanField(
        label=_("Remind me of my visits, and ask me afterwards how they went"), required=False
    )

    @classmethod
    def values_of(cls, contact: Contact) -> dict[str, str | bool]:
        found = {name: getattr(contact, name) for name in cls.base_fields if hasattr(contact, name)}
        return found | {"wants_reminders": wants_reminders(contact)}

    def clean_first_name(self) -> str:
        return _tidy(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        return _tidy(self.cleaned_data["last_name"])

    def clean_phone(self) -> str:
        try:
            return normalize_contact_phone(str(self.cleaned_data["phone"]))
        except InvalidPhoneNumber as error:
            raise ValidationError(str(error)) from error

    def values(self) -> ContactDetails:
        """What was typed, once the form is valid."""
        found = self.cleaned_data
        return ContactDetails(
            first_name=found["first_name"],
            last_name=found["last_name"],
            phone=found["phone"],
            language=found["language"],
            message_channel=found["message_channel"],
        )


def _tidy(name: str) -> str:
    """One line, composed letters (NFC): equal names look equal and compare equal."""
    return unicodedata.normalize("NFC", " ".join(name.split()))
