"""A portal's messages: which types, when, by which way, to whom."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from doorstep.domain.notifications.message_types import SWITCHABLE
from doorstep.domain.notifications.models import MessageSettings

_LONGEST_LIST = 10


class MessageSettingsForm(forms.ModelForm[MessageSettings]):
    """What is stored is the types that are off; what is shown is those that are on."""

    sent_types = forms.MultipleChoiceField(
        label=_("Types that are sent"),
        choices=[(name, kind.label) for name, kind in SWITCHABLE.items()],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("What is not sent is still noted in the log, as decided against."),
    )
    reminder_days = SimpleArrayField(
        forms.IntegerField(min_value=0, max_value=30),
        label=_("Remind days before"),
        required=False,
        max_length=_LONGEST_LIST,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Several with commas, such as 7, 1. 0 or empty: no reminders."),
    )

    class Meta:
        model = MessageSettings
        fields = ("channel",)  # the inline's fieldsets choose
        widgets = {"staff_addresses": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        off = set(self.instance.switched_off)
        self.fields["sent_types"].initial = [name for name in SWITCHABLE if name not in off]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        on = set(self.cleaned_data.get("sent_types") or ())
        # Before the model's own checks, which look at the instance.
        self.instance.switched_off = [name for name in SWITCHABLE if name not in on]
        if "reminder_days" in self.cleaned_data:
            days = self.cleaned_data["reminder_days"] or []
            self.cleaned_data["reminder_days"] = sorted({*days} - {0}, reverse=True)
        return cleaned
