"""Pictures: decoded and written anew before they are kept, shown to staff from the office."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from unfold.widgets import UnfoldAdminFileFieldWidget

from doorstep.platform.lib.images import clean_image


class PictureInput(UnfoldAdminFileFieldWidget):  # type: ignore[misc]
    """The picture there is, a box to remove it, and a place for another one."""

    template_name = "office/picture_input.html"

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        if context["widget"]["is_initial"]:
            context["widget"]["picture"] = reverse("office:picture", args=[value.name])
        return context


class PictureField(forms.FileField):
    """No side of what is kept is longer than `max_side` pixels."""

    widget = PictureInput

    def __init__(self, *, max_side: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.max_side = max_side

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = super().clean(data, initial)
        if isinstance(found, UploadedFile):
            return clean_image(found, max_side=self.max_side)
        return found
