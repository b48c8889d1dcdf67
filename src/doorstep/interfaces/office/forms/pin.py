"""Coordinates typed by hand."""

from typing import Any

from django.utils.translation import gettext as _


class PinFormMixin:
    """For model forms with `latitude` and `longitude`: both or none."""

    def clean(self) -> dict[str, Any] | None:
        form: Any = super()
        cleaned: dict[str, Any] | None = form.clean()
        data: dict[str, Any] = self.cleaned_data  # type: ignore[attr-defined]
        if "latitude" in data and "longitude" in data:
            for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
                if data[name] is None and data[other] is not None:
                    self.add_error(name, _("Type both coordinates, or none."))  # type: ignore[attr-defined]
        return cleaned
