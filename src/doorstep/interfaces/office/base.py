# ruff: noqa: ARG002  # the signatures are those of Django's admin
"""What every page of the office shares: lists that stay quick, and a history of every change."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import unquote
from django.db import IntegrityError, models
from django.forms import BaseForm, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from doorstep.platform.audit.models import LogEntry, Source
from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.errors import DomainError

from .changes import changes_of, row_changes
from .relations import LookUpMixin

_REFUSAL = "office_refusal"


def actor_of(request: HttpRequest) -> Actor:
    """The staff member behind an office request."""
    assert request.user.is_authenticated
    return Actor(Source.OFFICE, request.user)


class OfficeModelAdmin(LookUpMixin, ModelAdmin):  # type: ignore[misc]
    """Writes who changed what to our own history; Django's log table is not used."""

    list_per_page = 50
    # Counting all rows for "50 of 10,000" costs more than it tells.
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True
    list_fullwidth = True

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What the business or the database refuses comes back as an error of the form."""
        try:
            answer: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except DomainError as refusal:
            vars(request)[_REFUSAL] = str(refusal)
        except IntegrityError:
            vars(request)[_REFUSAL] = _(
                "Somebody else changed this at the same moment. Please check and save again."
            )
        else:
            return answer
        again: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return again

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        form_class: type[ModelForm[Any]] = super().get_form(request, obj, change=change, **kwargs)
        refusal = vars(request).get(_REFUSAL)
        return form_class if refusal is None else _refused(form_class, refusal)

    def construct_change_message(
        self, request: HttpRequest, form: BaseForm, formsets: Iterable[Any], add: bool = False
    ) -> dict[str, Any]:
        """What `log_addition` and `log_change` are given: plain data, not Django's message."""
        data: dict[str, Any] = {}
        if changes := changes_of(form, added=add):
            data["changes"] = changes
        if rows := row_changes(formsets):
            data["rows"] = rows
        return data

    def log_addition(
        self, request: HttpRequest, obj: models.Model, message: dict[str, Any]
    ) -> LogEntry | None:
        return record(actor=actor_of(request), action="created", obj=obj, data=message)

    def log_change(
        self, request: HttpRequest, obj: models.Model, message: dict[str, Any]
    ) -> LogEntry | None:
        if not message:
            return None
        return record(actor=actor_of(request), action="changed", obj=obj, data=message)

    def log_deletions(
        self, request: HttpRequest, queryset: Iterable[models.Model]
    ) -> list[LogEntry]:
        return [record(actor=actor_of(request), action="deleted", obj=row) for row in queryset]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Who may delete a row may delete what hangs on it; what must stay protects itself."""
        rows, count, _lacking, protected = super().get_deleted_objects(objs, request)
        return rows, count, set(), protected

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list of all history, for this row."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        query = urlencode({"object_type": obj._meta.label_lower, "object_id": obj.pk})
        return redirect(f"{reverse('office:audit_logentry_changelist')}?{query}")


def _refused(form_class: type[ModelForm[Any]], refusal: str) -> type[ModelForm[Any]]:
    class RefusedForm(form_class):  # type: ignore[misc, valid-type]
        def clean(self) -> Any:
            cleaned = super().clean()
            self.add_error(None, refusal)
            return cleaned

    return RefusedForm


class SingleRowAdmin(OfficeModelAdmin):
    """Settings in a single row: its list is its page. Until somebody saves one, the defaults
    count."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        name = f"office:{self.opts.app_label}_{self.opts.model_name}"
        if self.model.objects.exists():
            return redirect(reverse(f"{name}_change", args=[1]))
        if self.has_add_permission(request):
            return redirect(reverse(f"{name}_add"))
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    def has_add_permission(self, request: HttpRequest) -> bool:
        may: bool = super().has_add_permission(request)
        return may and not self.model.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyMixin:
    """Lists and pages to look at, not to change."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OfficeTabularInline(LookUpMixin, TabularInline):  # type: ignore[misc]
    extra = 0
    tab = True
    show_change_link = False


class OfficeStackedInline(LookUpMixin, StackedInline):  # type: ignore[misc]
    extra = 0
    tab = True


class ReadOnlyTabularInline(ReadOnlyMixin, OfficeTabularInline):
    can_delete = False


def adopt(obj: models.Model, made: models.Model) -> None:
    """Let the form's instance stand for the row that a service made of it."""
    vars(obj).update(vars(made))
