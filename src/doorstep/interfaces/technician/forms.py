"""What a technician sends. Every form carries the time it was filled at and a key of its own, so
that a phone without network can keep it and send it later, in order, and twice without harm."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import BookingStatus, ParentStatus
from doorstep.platform.lib.tokens import new_code


class ReportForm(forms.Form):
    request_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    # ISO 8601 with its offset; empty means now.
    at = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"request_key": new_code()})
        # Several of them stand on one page.
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)

    def clean_at(self) -> datetime | None:
        text = self.cleaned_data["at"].strip()
        if not text:
            return None
        try:
            found = parse_datetime(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise forms.ValidationError(_("The time of your phone could not be read."))
        return found

    @property
    def problems(self) -> list[str]:
        """All that is wrong with it, in sentences."""
        return [
            str(error) if name in ("__all__", "at") else f"{self.fields[name].label}: {error}"
            for name, errors in self.errors.items()
            for error in errors
        ]


class StatusForm(ReportForm):
    status = forms.ModelChoiceField(
        label=_("Status"), queryset=BookingStatus.objects.exclude(parent=ParentStatus.CANCELED)
    )


class ChecklistForm(ReportForm):
    item = forms.IntegerField(label=_("Item"), min_value=1, max_value=2**62)
    is_done = forms.BooleanField(required=False)


class NoteForm(ReportForm):
    text = forms.CharField(
        label=_("Note"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )
    is_public = forms.BooleanField(label=_("Show it to the customer"), required=False)


class ProblemForm(ReportForm):
    kind = forms.ChoiceField(
        label=_("What is the matter?"),
        choices=[("late", _("I am running late")), ("cannot", _("I cannot do this visit"))],
        initial="late",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("What should the office know?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class PhotoForm(ReportForm):
    picture = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    caption = forms.CharField(
        label=_("What it shows"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip


class SignatureForm(ReportForm):
    name = forms.CharField(
        label=_("Name of who signs"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    drawing = forms.CharField(max_length=500_000, required=False, widget=forms.HiddenInput)


class TimeOffForm(forms.Form):
    """Whole days, or hours of one day when times are given."""

    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    from_time = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    to_time = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        for name in ("first", "last"):
            day: date | None = values.get(name)
            if day is not None and not 2000 <= day.year <= 2999:
                self.add_error(name, _("Please choose a day in this century."))
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        return values

    @property
    def times(self) -> tuple[time | None, time | None]:
        return self.cleaned_data["from_time"], self.cleaned_data["to_time"]
