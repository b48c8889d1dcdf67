"""Actions that ask first: a dialog is shown, and only its submit changes anything."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from doorstep.platform.lib.errors import DomainError


class DialogForm(BaseDialogForm):  # type: ignore[misc]
    """A plain confirmation; subclasses ask for more."""

    def render_before_template(self) -> str:
        errors = self.non_field_errors() if self.is_bound else ()
        return render_to_string("office/_dialog_errors.html", {"errors": errors})


class ReasonForm(DialogForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Kept with the history."),
    )


# Does the work and returns what to tell the user. DomainErrors are shown in the dialog.
Work = Callable[[Any, HttpRequest, DialogForm, Any], StrOrPromise]


def dialog_action(
    title: StrOrPromise,
    *,
    description: StrOrPromise = "",
    submit: StrOrPromise = "",
    form_class: type[DialogForm] = DialogForm,
    permissions: Iterable[str] = ("change",),
    icon: str | None = None,
) -> Callable[[Work], Callable[..., HttpResponse]]:
    """Make `work(self, request, form, row)` an action of a row's page (`actions_detail`)."""
    dialog = {
        "title": title,
        "description": description,
        "form_class": form_class,
        "form_submit_text": submit or title,
    }

    def decorate(work: Work) -> Callable[..., HttpResponse]:
        @wraps(work)
        def run(
            model_admin: Any, request: HttpRequest, form: DialogForm, object_id: str
        ) -> HttpResponse:
            row = find_row(model_admin, request, object_id)
            try:
                told = work(model_admin, request, form, row)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
                context = {"dialog": dialog, "form": form, "form_submit_text": submit or title}
                return render(request, "unfold/helpers/dialog.html", context)
            messages.success(request, told)
            return _back_to(request, row)

        decorated: Callable[..., HttpResponse] = action(
            description=title, permissions=permissions, icon=icon, dialog=dialog
        )(run)
        return decorated

    return decorate


def find_row(model_admin: Any, request: HttpRequest, object_id: str) -> models.Model:
    """The row by the id in the address; Http404 if it is not there or not for this user."""
    row: models.Model | None = model_admin.get_object(request, object_id)
    if row is None or not model_admin.has_view_permission(request, row):
        raise Http404
    return row


def _back_to(request: HttpRequest, row: models.Model) -> HttpResponse:
    meta = row._meta
    if type(row)._default_manager.filter(pk=row.pk).exists():
        path = reverse(f"office:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    else:
        path = reverse(f"office:{meta.app_label}_{meta.model_name}_changelist")
    # The dialog is sent by htmx, which would follow a redirect inside the dialog.
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": path})
    return redirect(path)
