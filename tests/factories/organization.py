"""The company, its portals, territories and depots, around Manchester."""

import datetime as dt
from itertools import count
from typing import Any

from doorstep.domain.organization.models import (
    ArrivalWindow,
    Company,
    OrganizationalUnit,
    Portal,
    Territory,
)
from doorstep.domain.organization.selectors import get_company

WINDOWS = ((8, 10), (10, 12), (13, 15), (15, 17))
LONDON = "Europe/London"
_numbers = count(1)


def make_company(**overrides: Any) -> Company:
    """The one company, named Acme, in London's zone."""
    company = get_company()
    for name, value in ({"name": "Acme", "time_zone": LONDON} | overrides).items():
        setattr(company, name, value)
    company.save()
    return company


def make_portal(*, windows: tuple[tuple[int, int], ...] = WINDOWS, **overrides: Any) -> Portal:
    """ "Acme portal": the default one if there is none yet; `windows` in whole hours."""
    make_company()
    has_default = Portal.objects.filter(is_default=True).exists()
    values: dict[str, Any] = {
        "name": f"Portal {next(_numbers)}" if has_default else "Acme portal",
        "company_name": "Acme",
        "is_default": not has_default,
    }
    portal = Portal.objects.create(**(values | overrides))
    for from_hour, to_hour in windows:
        make_window(portal, from_hour, to_hour)
    return portal


def make_window(portal: Portal, from_hour: int, to_hour: int, **overrides: Any) -> ArrivalWindow:
    values = {"from_time": dt.time(from_hour), "to_time": dt.time(to_hour)}
    return ArrivalWindow.objects.create(portal=portal, **(values | overrides))


def make_territory(**overrides: Any) -> Territory:
    return Territory.objects.create(**({"name": f"Territory {next(_numbers)}"} | overrides))


def make_unit(**overrides: Any) -> OrganizationalUnit:
    """A depot in Salford."""
    values: dict[str, Any] = {
        "name": f"Depot {next(_numbers)}",
        "street": "1 Chapel Street",
        "city": "Salford",
        "postal_code": "M3 5DW",
        "latitude": 53.485,
        "longitude": -2.262,
    }
    return OrganizationalUnit.objects.create(**(values | overrides))
