"""Fields and widgets that several office forms share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from doorstep.domain.resources.models.calendar import Weekday


class ColorInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """A color as text with the browser's picker beside it (office.js keeps both equal)."""

    template_name = "office/color_input.html"


class WeekdayBoxes(UnfoldAdminCheckboxSelectMultipleWidget):  # type: ignore[misc]
    """Seven boxes in a row."""

    template_name = "office/weekday_boxes.html"


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Days of the week as a list of numbers, Monday is 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=Weekday.choices,
            coerce=int,
            widget=WeekdayBoxes(),
            error_messages={"required": _("Choose at least one day.")},
            label=_("Weekdays"),
            **kwargs,
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return {str(day) for day in initial or ()} != {str(day) for day in data or ()}
