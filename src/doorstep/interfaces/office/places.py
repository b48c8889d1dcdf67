# the signatures are those of Django's admin
"""Rows that have an address: their columns, and coordinates found right after saving."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doorstep.connectors.base import InvalidSettings, PermanentFailure, TemporaryFailure
from doorstep.domain.places.services import geocode_row, geocode_soon
from doorstep.platform.lib.address import AddressFields

from .columns import column

ADDRESS: Any = (
    gettext_lazy("Address"),
    {
        "classes": ("tab",),
        "fields": (
            "street",
            ("postal_code", "city"),
            ("country", "time_zone"),
            ("latitude", "longitude"),
        ),
    },
)
_ADDRESS_FIELDS = ("street", "city", "postal_code", "country")
_PIN_FIELDS = ("latitude", "longitude")
_TO_LOCATE = "office_rows_to_locate"


class AddressAdminMixin:
    """For admins of models with AddressFields, or whose inlines have them."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        if isinstance(obj, AddressFields):
            _remember(request, obj, form.changed_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
        if not issubclass(formset.model, AddressFields):
            return
        for row in formset.new_objects:
            _remember(request, row, _ADDRESS_FIELDS if row.coordinates is None else ())
        for row, changed in formset.changed_objects:
            _remember(request, row, changed)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Geocoders are asked after the commit, when nobody waits for our locks."""
        answer: HttpResponse = super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]
        for row, replace in vars(request).pop(_TO_LOCATE, []):
            _locate(request, row, replace=replace)
        return answer

    @column(gettext_lazy("address"))
    def address(self, row: AddressFields) -> str:
        return row.one_line_address or "–"

    @column(gettext_lazy("on the map"), boolean=True)
    def is_placed(self, row: AddressFields) -> bool:
        return row.coordinates is not None


def _remember(request: HttpRequest, row: AddressFields, changed: Collection[str]) -> None:
    """Coordinates typed just now win; those of an address that has changed are looked up anew."""
    has_moved = any(name in changed for name in _ADDRESS_FIELDS)
    if row.coordinates and (not has_moved or any(name in changed for name in _PIN_FIELDS)):
        return
    if row.has_address:
        replace = row.coordinates is not None
        vars(request).setdefault(_TO_LOCATE, []).append((row, replace))


def _locate(request: HttpRequest, row: AddressFields, *, replace: bool) -> None:
    told = {"row": str(row)}
    try:
        geocode_row(row=row, replace=replace)
    except TemporaryFailure:
        geocode_soon(row=row, replace=replace)
        messages.warning(
            request, _("%(row)s: the map does not answer now and is asked again soon.") % told
        )
        return
    except (PermanentFailure, InvalidSettings) as failure:
        messages.error(
            request,
            _("%(row)s: the address could not be looked up: %(failure)s")
            % (told | {"failure": str(failure)}),
        )
        return
    if row.coordinates is None:
        messages.warning(
            request,
            _(
                "%(row)s: the address was not found on the map. Type latitude and longitude, "
                "or no times can be offered there."
            )
            % told,
        )
        return
    told |= {"latitude": f"{row.latitude:.5f}", "longitude": f"{row.longitude:.5f}"}
    messages.info(request, _("%(row)s was found at %(latitude)s, %(longitude)s.") % told)
