"""The portal's form: colors with a picker, images checked before they are kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import Portal

from .fields import ColorInput
from .pictures import PictureField


class PortalForm(forms.ModelForm[Portal]):
    header_image_desktop = PictureField(label=_("Header image for wide screens"), max_side=2400)
    header_image_phone = PictureField(label=_("Header image for phones"), max_side=1200)

    class Meta:
        model = Portal
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("font_color", "foreground_color", "background_color"):
            if name in self.fields:
                self.fields[name].widget = ColorInput()
