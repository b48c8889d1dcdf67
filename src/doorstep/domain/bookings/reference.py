"""What a search has to know beside people and their days: windows, roles, preferences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from doorstep.domain.organization.models import ArrivalWindow, Company, Portal
from doorstep.domain.organization.models.company import TravelProvider
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.places.services import load_travel
from doorstep.domain.work.models import IncidentType
from doorstep.domain.work.selectors import (
    DatedPreference,
    RoleSpec,
    dated_preferences,
    needed_roles,
    preferences_by_owner,
    required_roles,
    roles_by_incident_type,
)
from doorstep.engine import StraightLine, Travel

from .models import BookingStatus, ParentStatus
from .timetable import Windows, windows_of
from .wish import Wish


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything of it, by the ids of those it belongs to; rows are for reading only."""

    company: Company
    max_lead_days: int
    windows: Mapping[int, Windows]
    roles: Mapping[int, tuple[RoleSpec, ...]]
    preferences: Mapping[tuple[str, int], list[DatedPreference]]
    portals: Mapping[int, Portal]
    services: Mapping[int, IncidentType]
    # What a new visit begins with; None if somebody removed it.
    scheduled: BookingStatus | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What of it concerns one wish."""

    company: Company
    windows: Windows
    roles: tuple[RoleSpec, ...]
    preferences: tuple[DatedPreference, ...]


def load_reference() -> Reference:
    """Ten queries, whatever the size of the company."""
    windows: dict[int, list[ArrivalWindow]] = {}
    for window in ArrivalWindow.objects.all():
        windows.setdefault(window.portal_id, []).append(window)
    portals = Portal.objects.in_bulk()
    return Reference(
        company=get_company(),
        max_lead_days=max((each.max_lead_days for each in portals.values()), default=0),
        windows={key: windows_of(rows) for key, rows in windows.items()},
        roles=roles_by_incident_type(),
        preferences=preferences_by_owner(),
        portals=portals,
        services=IncidentType.objects.select_related("work_order_type").in_bulk(),
        scheduled=BookingStatus.objects.filter(
            parent=ParentStatus.SCHEDULED, is_default=True
        ).first(),
    )


def facts_of(wish: Wish, reference: Reference | None = None) -> Facts:
    """From `reference`, or without one from the database.

    A visit to be moved keeps its own requirements and preferences, which are always read.
    """
    company = get_company() if reference is None else reference.company
    windows = (
        windows_of(wish.portal.windows.all())
        if reference is None
        else reference.windows.get(wish.portal.pk, ())
    )
    service = wish.incident_type
    order_id = None if wish.booking is None else wish.booking.work_order_id
    if wish.booking is not None:
        roles = required_roles(wish.booking.work_order)
    elif reference is not None and service.pk in reference.roles:
        roles = reference.roles[service.pk]
    else:
        roles = needed_roles(service)
    if reference is None:
        preferences = dated_preferences(
            account_id=wish.account.pk, incident_type_id=service.pk, work_order_id=order_id
        )
    else:
        preferences = [
            *reference.preferences.get(("account", wish.account.pk), ()),
            *reference.preferences.get(("incident_type", service.pk), ()),
        ]
        if order_id is not None:
            preferences += dated_preferences(
                account_id=None, incident_type_id=None, work_order_id=order_id
            )
    return Facts(company, windows, roles, tuple(preferences))


def estimate_of(company: Company) -> StraightLine:
    """How long a trip takes by the company's own reckoning."""
    return StraightLine(
        detour_factor=company.detour_factor,
        speed_kmh=company.travel_speed_kmh,
        fixed_s=company.travel_extra_seconds,
    )


def trips_of(company: Company, now: datetime) -> Travel:
    """Along the roads if they are in this process; a server is not asked for every day's trip."""
    if company.travel_provider == TravelProvider.ROADS:
        return load_travel(origins=(), destinations=(), now=now, company=company)
    return estimate_of(company)


def legs_of(company: Company, now: datetime) -> Travel | None:
    """The travel that legs were planned by, if this process knows it without asking a server."""
    known = company.travel_provider in (TravelProvider.STRAIGHT_LINE, TravelProvider.ROADS)
    return trips_of(company, now) if known else None
