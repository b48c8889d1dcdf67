"""A photo for the technician."""

from django import forms
from django.utils.translation import gettext_lazy as _


class PhotoForm(forms.Form):
    picture = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    caption = forms.CharField(
        label=_("What it shows"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )  # fmt: skip
