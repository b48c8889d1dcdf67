"""The company itself: name, territories, depots, two portals, closures, statuses."""

import datetime as dt
from dataclasses import dataclass

from doorstep.domain.bookings.models import BookingStatus, ParentStatus
from doorstep.domain.organization.models import (
    ArrivalWindow,
    Company,
    OrganizationalUnit,
    Portal,
    Territory,
)
from doorstep.domain.organization.models.booking_policy import OfferMode
from doorstep.domain.organization.models.brand import Font
from doorstep.domain.resources.models import BusinessClosure

from .places import COUNTRY, NORTH, SOUTH, TIME_ZONE, WEST, Streets

COMPANY_NAME = "Northbank Heating & Appliances"
WINDOW_HOURS = ((8, 10), (10, 12), (13, 15), (15, 17))
RUNNING_LATE, PARTLY_DONE = "Running late", "Partly done"
_TERRITORIES = {
    NORTH: "Ancoats and Cheetham Hill to Middleton, Oldham and Bury",
    SOUTH: "Hulme and Ardwick to Didsbury, Stockport and Wythenshawe",
    WEST: "Salford Quays and Eccles to Sale, Altrincham and Walkden",
}
_DEPOTS = {"Ardwick depot": "Ardwick", "Eccles depot": "Eccles"}


@dataclass(frozen=True, slots=True)
class Organization:
    territories: dict[str, Territory]
    depots: tuple[OrganizationalUnit, ...]
    portal: Portal
    landlord_portal: Portal


def make_organization(company: Company, streets: Streets, today: dt.date) -> Organization:
    """Name the company and write everything it has before it has people."""
    company.name = COMPANY_NAME
    company.time_zone = TIME_ZONE
    company.phone_region = "GB"
    company.country = COUNTRY
    company.save()
    _make_closures(today)
    _make_statuses()
    return Organization(
        territories={
            name: Territory.objects.create(name=name, description=description)
            for name, description in _TERRITORIES.items()
        },
        depots=tuple(
            OrganizationalUnit.objects.create(name=name, **streets.any_of(district).values())
            for name, district in _DEPOTS.items()
        ),
        portal=_make_portal(),
        landlord_portal=_make_landlord_portal(),
    )


def training_day(today: dt.date) -> dt.date:
    """The Wednesday of the week after next: it can be seen missing in the calendar."""
    return today + dt.timedelta(days=16 - today.weekday())


def _make_portal() -> Portal:
    portal = Portal.objects.create(
        name="Northbank",
        is_default=True,
        company_name=COMPANY_NAME,
        page_title="Northbank – book a visit",
        header_text="Heating and appliances, looked after",
        footer_text="Northbank Heating & Appliances, Ardwick, Manchester",
        page_footer="A demonstration. Nobody will come, and nobody here is real.",
        contact_email="hello@example.com",
        contact_phone="0161 496 0123",
        font=Font.INTER,
        is_tracking_enabled=True,
        shows_technician_name=True,
        shows_technician_photo=True,
        shows_technician_phone=True,
    )
    _make_windows(portal)
    return portal


def _make_landlord_portal() -> Portal:
    portal = Portal.objects.create(
        name="Northbank for Landlords",
        host_name="landlords.localhost",
        company_name="Northbank for Landlords",
        page_title="Northbank for Landlords",
        header_text="Certificates and repairs for every property you let",
        footer_text="Northbank Heating & Appliances, Ardwick, Manchester",
        page_footer="A demonstration. Nobody will come, and nobody here is real.",
        contact_email="landlords@example.com",
        contact_phone="0161 496 0456",
        font=Font.SOURCE_SANS,
        font_color="#1d2333",
        foreground_color="#27408b",
        background_color="#f3f5fa",
        offer_mode=OfferMode.GRID,
        grid_minutes=30,
        grid_from=dt.time(8, 0),
        grid_to=dt.time(17, 0),
    )
    _make_windows(portal)
    return portal


def _make_windows(portal: Portal) -> None:
    ArrivalWindow.objects.bulk_create(
        ArrivalWindow(portal=portal, from_time=dt.time(begin), to_time=dt.time(end))
        for begin, end in WINDOW_HOURS
    )


def _make_closures(today: dt.date) -> None:
    closures = [
        BusinessClosure(name="Training day", from_on=training_day(today), to_on=training_day(today))
    ]
    for year in (today.year - 1, today.year, today.year + 1):
        closures += [
            BusinessClosure(
                name="Christmas", from_on=dt.date(year, 12, 25), to_on=dt.date(year, 12, 26)
            ),
            BusinessClosure(
                name="New Year", from_on=dt.date(year + 1, 1, 1), to_on=dt.date(year + 1, 1, 1)
            ),
        ]
    BusinessClosure.objects.bulk_create(closures)


def _make_statuses() -> None:
    """The defaults came with the schema; these are the company's own."""
    BookingStatus.objects.bulk_create(
        [
            BookingStatus(name=RUNNING_LATE, parent=ParentStatus.TRAVELING, color="#be123c"),
            BookingStatus(
                name=PARTLY_DONE,
                parent=ParentStatus.COMPLETED,
                completes_work_order=False,
                color="#4d7c0f",
            ),
        ]
    )
