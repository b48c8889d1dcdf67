"""Which connectors there are: a dict per kind, name to label and dotted path.

To add a provider, write its file and add its line here. A connector is imported when it is first
used, so that nobody pays for providers nobody has.

A connector is a class with `settings_class`, a frozen dataclass made of `base.setting`, and takes
its settings as first argument; everything else has defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Literal, overload

from doorstep.connectors.base import read_settings
from doorstep.connectors.calendar.base import CalendarService
from doorstep.connectors.email.base import EmailSender
from doorstep.connectors.geocoding.base import Geocoder
from doorstep.connectors.sms.base import SmsSender
from doorstep.connectors.travel.base import TrafficService, TravelTimes


@dataclass(frozen=True, slots=True)
class Entry:
    """`label` is an English message id to translate; `path` is module and class."""

    label: str
    path: str


class UnknownConnector(LookupError):
    """No connector of this kind and name."""


EMAIL = {
    "django": Entry(
        "Mail server of the installation", "doorstep.connectors.email.django_mail.DjangoMail"
    ),
    "smtp": Entry("SMTP", "doorstep.connectors.email.smtp.Smtp"),
    "anymail": Entry("Mail provider", "doorstep.connectors.email.anymail.Anymail"),
    "graph": Entry("Microsoft 365", "doorstep.connectors.email.graph_mail.GraphMail"),
}
SMS = {
    "console": Entry("Console", "doorstep.connectors.sms.console.ConsoleSms"),
    "folder": Entry("Files in a folder", "doorstep.connectors.sms.folder.FolderSms"),
    "twilio": Entry("Twilio", "doorstep.connectors.sms.twilio.Twilio"),
    "signed_webhook": Entry("Own gateway", "doorstep.connectors.sms.signed_webhook.SignedWebhook"),
}
GEOCODING = {
    "offline": Entry("Table of streets", "doorstep.connectors.geocoding.offline.OfflineGeocoder"),
    "nominatim": Entry("Nominatim", "doorstep.connectors.geocoding.geopy_adapter.Nominatim"),
    "photon": Entry("Photon", "doorstep.connectors.geocoding.geopy_adapter.Photon"),
    "pelias": Entry("Pelias", "doorstep.connectors.geocoding.geopy_adapter.Pelias"),
}
TRAVEL = {
    "straight_line": Entry(
        "Straight line", "doorstep.connectors.travel.straight_line.StraightLine"
    ),
    "roads": Entry("Built-in roads", "doorstep.connectors.travel.roads.provider.Roads"),
    "osrm": Entry("OSRM", "doorstep.connectors.travel.osrm.Osrm"),
    "valhalla": Entry("Valhalla", "doorstep.connectors.travel.valhalla.Valhalla"),
}
TRAFFIC = {
    "google_routes": Entry(
        "Google Routes", "doorstep.connectors.travel.google_routes.GoogleRoutes"
    ),
    "azure_maps": Entry("Azure Maps", "doorstep.connectors.travel.azure_maps.AzureMaps"),
    "tomtom": Entry("TomTom", "doorstep.connectors.travel.tomtom.TomTom"),
}
CALENDAR: dict[str, Entry] = {
    "outlook": Entry("Microsoft 365", "doorstep.connectors.calendar.outlook.OutlookCalendar"),
    "google": Entry("Google Calendar", "doorstep.connectors.calendar.google.GoogleCalendar"),
    "caldav": Entry("CalDAV", "doorstep.connectors.calendar.caldav.CaldavCalendar"),
}
KINDS: dict[str, dict[str, Entry]] = {
    "email": EMAIL,
    "sms": SMS,
    "geocoding": GEOCODING,
    "travel": TRAVEL,
    "traffic": TRAFFIC,
    "calendar": CALENDAR,
}


@cache
def connector_class(kind: str, name: str) -> Any:
    """The class, imported now if it was not; UnknownConnector if the registry has no such line."""
    try:
        entry = KINDS[kind][name]
    except KeyError as error:
        raise UnknownConnector(f"there is no {kind} connector named {name!r}") from error
    module, _dot, attribute = entry.path.rpartition(".")
    return getattr(import_module(module), attribute)


@overload
def build(kind: Literal["email"], name: str, values: Mapping[str, object]) -> EmailSender: ...
@overload
def build(kind: Literal["sms"], name: str, values: Mapping[str, object]) -> SmsSender: ...
@overload
def build(kind: Literal["geocoding"], name: str, values: Mapping[str, object]) -> Geocoder: ...
@overload
def build(kind: Literal["travel"], name: str, values: Mapping[str, object]) -> TravelTimes: ...
@overload
def build(kind: Literal["traffic"], name: str, values: Mapping[str, object]) -> TrafficService: ...
@overload
def build(
    kind: Literal["calendar"], name: str, values: Mapping[str, object]
) -> CalendarService: ...
def build(kind: str, name: str, values: Mapping[str, object]) -> Any:
    """A connector with its settings read from stored values, secrets included.

    Raises UnknownConnector, or InvalidSettings naming the setting that is wrong.
    """
    wanted = connector_class(kind, name)
    return wanted(read_settings(wanted.settings_class, values))
