"""Own words of messages: checked before they are kept; and what a preview asks for."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.errors import InvalidPhoneNumber
from doorstep.domain.customers.services.contacts import normalize_contact_phone
from doorstep.domain.notifications.message_types import MESSAGE_TYPES
from doorstep.domain.notifications.models import Channel, MessageText
from doorstep.domain.notifications.services.preview import check_words
from doorstep.domain.notifications.words.check import Problem
from doorstep.domain.notifications.words.defaults import DEFAULTS, OWN_PARTS
from doorstep.domain.notifications.words.texts import default_words

TYPE_CHOICES = [(name, MESSAGE_TYPES[name].label) for name in DEFAULTS]


class MessageTextForm(forms.ModelForm[MessageText]):
    """First portal, type and language are chosen; then the parts are written beside the default."""

    warnings: tuple[Problem, ...] = ()

    class Meta:
        model = MessageText
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "message_type" in self.fields:
            label = self.fields["message_type"].label
            self.fields["message_type"] = forms.ChoiceField(
                label=label, choices=TYPE_CHOICES, widget=UnfoldAdminSelectWidget()
            )
        if self.instance._state.adding:
            return
        words = default_words(self.instance.message_type, self.instance.language)
        for part in OWN_PARTS:
            default = str(getattr(words, part))
            if part in self.fields and default:
                self.fields[part].help_text = format_html(
                    '{} <span class="office-text" lang="{}" dir="auto">{}</span>',
                    _("Empty:"),
                    self.instance.language,
                    default,
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        own, known = self.instance, {**vars(self.instance), **cleaned}
        if not known.get("message_type") or not known.get("language") or self.errors:
            return cleaned
        portal = cleaned.get("portal") or own.portal
        words = {part: cleaned.get(part, "") for part in OWN_PARTS}
        problems = check_words(
            words,
            portal=portal,
            message_type=known["message_type"],
            language=known["language"],
            now=timezone.now(),
        )
        for problem in problems:
            if not problem.is_warning:
                self.add_error(problem.part if problem.part in self.fields else None, problem.text)
        self.warnings = tuple(problem for problem in problems if problem.is_warning)
        return cleaned


class PreviewForm(forms.Form):
    """About which visit, and where a test shall go."""

    booking = forms.CharField(
        label=_("About the visit with the number"),
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget(),
    )
    channel = forms.ChoiceField(
        label=_("Send a test"),
        required=False,
        choices=[(Channel.EMAIL, _("by e-mail to me")), (Channel.SMS, _("by SMS to"))],
        widget=UnfoldAdminSelectWidget(),
    )
    phone = forms.CharField(
        label=_("this phone"), required=False, max_length=30, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, by_sms: bool, with_visit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_sms:
            del self.fields["phone"]
            self.fields["channel"] = forms.ChoiceField(
                label=_("Send a test"),
                required=False,
                choices=[(Channel.EMAIL, _("by e-mail to me"))],
                widget=UnfoldAdminSelectWidget(),
            )
        if not with_visit:
            del self.fields["booking"]

    def clean_booking(self) -> Booking | None:
        number = (self.cleaned_data.get("booking") or "").strip()
        if not number:
            return None
        of_visit = Booking.objects.filter(number__iexact=number)
        of_order = Booking.objects.filter(work_order__number__iexact=number).order_by("-pk")
        found = of_visit.first() or of_order.first()
        if found is None:
            raise forms.ValidationError(_("There is no visit with this number."))
        return found

    def clean_phone(self) -> str:
        try:
            return normalize_contact_phone(self.cleaned_data.get("phone") or "")
        except InvalidPhoneNumber as error:
            raise forms.ValidationError(str(error)) from error
