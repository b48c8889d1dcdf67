"""The office's menu, by what people do, and the badge that says where one is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

Entry = dict[str, Any]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links; those to pages this user may not see are left out."""
    groups = [
        (None, [_front_page()]),
        (
            _("Work"),
            [
                _entry("work.workorder", _("Work orders"), "assignment"),
                _entry("bookings.booking", _("Bookings"), "event_available"),
                _entry("bookings.hold", _("Holds"), "hourglass_top"),
            ],
        ),
        (
            _("On the way"),
            [
                _entry("tracking.sharingsession", _("Trips"), "near_me"),
                _entry("tracking.delay", _("Delays"), "running_with_errors"),
            ],
        ),
        (
            _("Customers"),
            [
                _entry("customers.account", _("Accounts"), "home_work"),
                _entry("customers.contact", _("Contacts"), "contacts"),
                _entry("customers.functionallocation", _("Functional locations"), "location_on"),
                _entry("customers.customerasset", _("Assets"), "heat_pump"),
                _entry("customers.invitation", _("Invitations"), "forward_to_inbox"),
                _entry("surveys.surveyanswer", _("Feedback"), "reviews"),
            ],
        ),
        (
            _("Resources"),
            [
                _entry("resources.bookableresource", _("Bookable resources"), "engineering"),
                _entry("resources.timeoff", _("Time off"), "beach_access"),
                _entry("resources.businessclosure", _("Business closures"), "event_busy"),
                _entry("resources.characteristic", _("Characteristics"), "workspace_premium"),
                _entry("resources.ratingmodel", _("Rating models"), "star_half"),
            ],
        ),
        (
            _("Calendars"),
            [
                _entry("calendars.calendarlink", _("Technicians' calendars"), "calendar_month"),
                _entry("calendars.syncedevent", _("Events in calendars"), "event_note"),
                _entry(
                    "organization.connectoraccount",
                    _("Server profiles"),
                    "dns",
                    query="?kind__exact=calendar",
                ),
                _entry("calendars.calendarsettings", _("Calendar settings"), "edit_calendar"),
            ],
        ),
        (
            _("Catalog"),
            [
                _entry("work.incidenttype", _("Incident types"), "home_repair_service"),
                _entry("work.workordertype", _("Work order types"), "category"),
                _entry("work.priority", _("Priorities"), "low_priority"),
                _entry("bookings.bookingstatus", _("Booking statuses"), "flag"),
            ],
        ),
        (
            _("Messages"),
            [
                _entry("notifications.message", _("Messages"), "mail"),
                _entry("bookings.bookingcode", _("Links without sign-in"), "link"),
                _entry("notifications.stafftask", _("Tasks"), "task_alt"),
                _entry("notifications.consent", _("Consent"), "do_not_disturb_on"),
                _entry("notifications.messagetext", _("Own texts"), "edit_note"),
            ],
        ),
        (
            _("Settings"),
            [
                _entry("organization.company", _("Company"), "apartment"),
                _entry("organization.portal", _("Portals"), "web"),
                _entry("organization.connectoraccount", _("Connectors"), "cable"),
                _entry("tracking.trackingsettings", _("Tracking"), "my_location"),
                _entry("tracking.tracker", _("Trackers"), "gps_fixed"),
                _entry("tracking.positionkey", _("Keys for positions"), "key"),
                _entry("organization.territory", _("Territories"), "map"),
                _entry("organization.organizationalunit", _("Organizational units"), "warehouse"),
                _entry("identity.user", _("People who sign in"), "manage_accounts"),
            ],
        ),
        (
            _("History"),
            [_entry("audit.logentry", _("Who changed what"), "history")],
        ),
    ]
    return [
        {"title": title, "separator": bool(title), "items": seen}
        for title, entries in groups
        if (seen := [entry for entry in entries if _may_see(request, entry)])
    ]


def environment(request: HttpRequest) -> list[StrPromise | str] | None:  # noqa: ARG001
    """A badge beside the title where nothing is real."""
    return [_("Demo"), "warning"] if settings.IS_DEMO else None


def _front_page() -> Entry:
    return {"title": _("Today"), "icon": "today", "link": reverse_lazy("office:index")}


def _entry(model: str, title: StrPromise, icon: str, *, query: str = "") -> Entry:
    app, name = model.split(".")
    link = reverse(f"office:{app}_{name}_changelist") + query
    return {"title": title, "icon": icon, "link": link, "view": f"{app}.view_{name}"}


def _may_see(request: HttpRequest, entry: Entry) -> bool:
    return "view" not in entry or request.user.has_perm(entry["view"])
