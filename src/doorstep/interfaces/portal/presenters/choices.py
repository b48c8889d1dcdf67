"""Assets and services as cards to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from doorstep.domain.customers.models import CustomerAsset
from doorstep.domain.work.models import IncidentType
from doorstep.domain.work.models.incident_type import WorkLocation
from doorstep.interfaces.portal.draft import Draft

from .durations import format_duration


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    title: str
    text: str
    aside: str
    is_checked: bool
    place: str = ""


def asset_options(assets: Sequence[CustomerAsset], *, draft: Draft) -> list[Option]:
    """Each with the address at which it stands: that is where the work will be."""
    return [
        Option(
            value=str(asset.pk),
            title=asset.name,
            text=asset.place.one_line_address,
            aside=asset.product if asset.product != asset.name else "",
            is_checked=asset.pk == draft.asset,
        )
        for asset in assets
    ]


def service_options(services: Sequence[IncidentType], *, chosen: int | None) -> list[Option]:
    return [
        Option(
            value=str(service.pk),
            title=service.customer_name,
            text=service.customer_description,
            aside=_("about %(duration)s")
            % {"duration": format_duration(service.duration_minutes or 0)},
            is_checked=service.pk == chosen,
            place=_place(service),
        )
        for service in services
    ]


def _place(service: IncidentType) -> str:
    if service.work_location == WorkLocation.FACILITY:
        return _("At our place.")
    if service.work_location == WorkLocation.AGNOSTIC:
        return _("By phone or video.")
    return ""
