# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""People who sign in: staff and technicians are made here, customers by invitation."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from doorstep.interfaces.office.base import OfficeModelAdmin, actor_of
from doorstep.interfaces.office.columns import column, link_to
from doorstep.interfaces.office.dialogs import DialogForm, dialog_action
from doorstep.interfaces.office.forms.people import NewUserForm, PasswordForm, UserForm
from doorstep.interfaces.office.site import office
from doorstep.interfaces.office.times import in_lists
from doorstep.platform.audit.services import record
from doorstep.platform.identity.models import User
from doorstep.platform.identity.services import adopt_email


@admin.register(User, site=office)
class UserAdmin(OfficeModelAdmin):
    form = UserForm
    list_display = ("email", "name", "role", "is_active", "last_seen", "stands_for")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    actions_detail = ("set_password",)
    readonly_fields = ("last_seen", "stands_for")
    fieldsets: Any = (
        (
            None,
            {
                "fields": (
                    ("email", "name"),
                    ("role", "language"),
                    ("last_seen", "stands_for"),
                    "is_active",
                )
            },
        ),
    )
    add_fieldsets: Any = (
        (
            None,
            {
                "description": _(
                    "For staff and technicians. Customers make their own sign-in from an "
                    "invitation."
                ),
                "fields": (("email", "name"), ("role", "language"), ("password1", "password2")),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.select_related("contact", "resource")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        if obj is None:
            kwargs["form"] = NewUserForm
        form_class = super().get_form(request, obj, change=change, **kwargs)
        form_class.acting_user = request.user  # type: ignore[attr-defined]
        return form_class

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            adopt_email(user=obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # deactivated, so that history keeps its names

    @column(_("last sign-in"), ordering="last_login")
    def last_seen(self, user: User) -> str:
        return in_lists(user.last_login)

    @column(_("is"))
    def stands_for(self, user: User) -> str | SafeString:
        """The contact or the resource that signs in with it."""
        return link_to(getattr(user, "contact", None) or getattr(user, "resource", None))

    @dialog_action(
        _("Set password"),
        description=_("She should change it after signing in."),
        form_class=PasswordForm,
        icon="key",
    )
    def set_password(self, request: HttpRequest, form: DialogForm, row: Any) -> StrOrPromise:
        row.set_password(form.cleaned_data["password1"])
        row.save(update_fields=["password"])
        record(actor=actor_of(request), action="set password", obj=row)
        if row.pk == request.user.pk:
            messages.info(request, _("You will have to sign in again."))
        return _("The password of %(user)s is set.") % {"user": row}
