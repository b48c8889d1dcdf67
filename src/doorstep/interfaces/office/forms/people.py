"""Forms of people who sign in."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from doorstep.interfaces.office.dialogs import DialogForm
from doorstep.platform.identity.models import User
from doorstep.platform.identity.roles import Role


def _password_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=200,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


def _check_passwords(form: forms.BaseForm, user: User | None) -> None:
    """Adds errors for passwords that differ or that the rules refuse."""
    first = form.cleaned_data.get("password1")
    second = form.cleaned_data.get("password2")
    if not first or not second:
        return
    if first != second:
        form.add_error("password2", _("The two passwords are not the same."))
        return
    try:
        validate_password(first, user)
    except forms.ValidationError as error:
        form.add_error("password1", error)


class EmailMixin:
    def clean_email(self) -> str:
        """Kept in lower case; the same address in other letters is the same person."""
        form: Any = self
        email: str = form.cleaned_data["email"].strip().lower()
        if User.objects.filter(email__iexact=email).exclude(pk=form.instance.pk).exists():
            raise forms.ValidationError(_("Somebody signs in with this address already."))
        return email


class UserForm(EmailMixin, forms.ModelForm[User]):
    acting_user: ClassVar[Any] = None

    class Meta:
        model = User
        fields = ("email", "name", "role", "language", "is_active")

    def clean(self) -> dict[str, Any] | None:
        """Nobody locks herself out: another administrator can do it."""
        cleaned = super().clean()
        if self.acting_user is not None and self.instance.pk == self.acting_user.pk:
            if self.cleaned_data.get("role") != Role.ADMINISTRATOR:
                self.add_error("role", _("You cannot take your own role away."))
            if not self.cleaned_data.get("is_active"):
                self.add_error("is_active", _("You cannot lock yourself out."))
        return cleaned


class NewUserForm(EmailMixin, forms.ModelForm[User]):
    acting_user: ClassVar[Any] = None
    password1 = _password_field(_("Password"))
    password2 = _password_field(_("Password again"))

    class Meta:
        model = User
        fields = ("email", "name", "role", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if role := self.fields.get("role"):
            role.initial = Role.DISPATCHER

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        _check_passwords(self, None)
        return cleaned

    def save(self, commit: bool = True) -> User:
        self.instance.set_password(self.cleaned_data["password1"])
        user: User = super().save(commit)
        return user


class PasswordForm(DialogForm):
    password1 = _password_field(_("New password"))
    password2 = _password_field(_("New password again"))

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] | None = super().clean()
        user = User.objects.filter(pk=self.object_id).first()
        _check_passwords(self, user)
        return cleaned
