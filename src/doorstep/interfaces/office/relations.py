"""Fields that look their rows up as one types."""

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.http import HttpRequest


class _KnownIdsMixin:
    """Shows what was sent only as far as it can be an id.

    Django's widget asks the database for whatever was sent and breaks on text (F85); the field
    itself has already refused it, and the page has to say so.
    """

    field: Any

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> Any:
        key = self.field.remote_field.model._meta.pk
        ids = [each for each in value if not each or _can_be(key, each)]
        return super().optgroups(name, ids, attr)  # type: ignore[misc]


def _can_be(key: "Field[Any, Any]", value: str) -> bool:
    try:
        key.to_python(value)
    except ValidationError:
        return False
    return True


class LookUp(_KnownIdsMixin, AutocompleteSelect):  # type: ignore[misc]
    pass


class LookUpMany(_KnownIdsMixin, AutocompleteSelectMultiple):  # type: ignore[misc]
    pass


class LookUpMixin:
    """For admins and their inlines: `autocomplete_fields` use the widgets above."""

    admin_site: Any

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", LookUp(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", LookUpMany(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
