"""Which fields a form changed, from what to what, as plain values for the history."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.base import File
from django.db import models

Change = list[Any]  # [old, new], fit for JSON

# Never written down, under whatever form they come.
SECRET_FIELDS = frozenset({"password", "password1", "password2", "code", "code_encrypted"})
_LONGEST = 500
_HIDDEN = "•••"


def changes_of(form: forms.BaseForm, *, added: bool = False) -> dict[str, Change]:
    """Field → [old, new] of a valid form that has been saved; for a new row only what was given.

    Of a form's own `secret_fields` it is noted that they were changed, not to what.
    """
    secret: frozenset[str] = getattr(form, "secret_fields", frozenset())
    return {
        name: [_HIDDEN, _HIDDEN]
        if name in secret
        else [None if added else _old(form, name), _new(form, name)]
        for name in form.changed_data
        if name in form.fields and name not in SECRET_FIELDS
    }


def row_changes(formsets: Iterable[Any]) -> list[dict[str, Any]]:
    """What happened to the rows of the saved inline formsets."""
    found: list[dict[str, Any]] = []
    for formset in formsets:
        kind = formset.model._meta.label_lower
        deleted = {id(form) for form in getattr(formset, "deleted_forms", ())}
        found += [
            {"row": kind, "deleted": str(row)[:_LONGEST]}
            for row in getattr(formset, "deleted_objects", ())
        ]
        for form in formset.forms:
            if id(form) in deleted or not form.has_changed():
                continue
            added = any(form.instance is row for row in getattr(formset, "new_objects", ()))
            what = "added" if added else "changed"
            found.append(
                {
                    "row": kind,
                    what: str(form.instance)[:_LONGEST],
                    "changes": changes_of(form, added=added),
                }
            )
        nested = (getattr(form, "nested_formsets", ()) for form in formset.forms)
        found += row_changes(inner.formset for group in nested for inner in group)
    return found


def _old(form: forms.BaseForm, name: str) -> Any:
    field = form.fields[name]
    value = form.get_initial_for_field(field, name)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return _many(value or [])
    if isinstance(field, forms.ModelChoiceField) and value is not None:
        value = getattr(value, "pk", value)
        row = field.queryset.model._default_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return _plain(row)
    return _plain(value)


def _new(form: forms.BaseForm, name: str) -> Any:
    value = form.cleaned_data.get(name)
    if isinstance(form.fields[name], forms.ModelMultipleChoiceField):
        return _many(value or [])
    return _plain(value)


def _many(rows: Sequence[models.Model] | models.QuerySet[Any]) -> list[str]:
    return sorted(str(row)[:_LONGEST] for row in rows)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, File):
        return str(value.name or "")
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)[:_LONGEST]
