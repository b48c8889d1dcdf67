"""Made-up values for previews and tests of texts: what a message would say of a typical visit."""

from datetime import datetime, timedelta

from django.utils.translation import gettext

from doorstep.connectors.email.base import Attachment
from doorstep.domain.bookings.calendar_file import (
    CONTENT_TYPE,
    FILE_NAME,
    CalendarEntry,
    entry_calendar,
    google_calendar_url,
    outlook_calendar_url,
)
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.surveys.models import SurveyKind
from doorstep.domain.surveys.selectors import filled_url, survey_settings_of
from doorstep.platform.lib.site_time import combine, format_date, get_zone, local_day

from .content import Content, card_of, company_values, reader_values, visit_values
from .facts import VisitFacts, office_url
from .links import code_url, home_url, invitation_url, survey_url
from .message_types import (
    BOOKING_CONFIRMED,
    BOOKING_REMINDER,
    BOOKING_RESCHEDULED,
    INVITATION,
    MESSAGE_TYPES,
    PASSWORD_RESET,
    STAFF_ALERT,
    About,
)

# As long as real ones, and of no use to anybody.
CODE = "0" * 26
INVITATION_CODE = "0000-0000-0000-0000-0000-0000"
TEN, NOON = 10, 12
DAYS_AHEAD = 7


def sample_content(message_type: str, portal: Portal, *, now: datetime) -> Content:
    """In the active language. KeyError for a type without samples (account_mail)."""
    values = company_values(portal) | reader_values("Carol")
    match message_type:
        case INVITATION.name:
            url = invitation_url(INVITATION_CODE, portal)
            zone = get_zone(get_company().time_zone)
            own = {
                "link": url,
                "code": INVITATION_CODE,
                "account_name": "Carol Miller",
                "expires_on": format_date(now + timedelta(days=30), zone),
            }
            return Content(values | own, url=url, code=INVITATION_CODE)
        case PASSWORD_RESET.name:
            url = f"{home_url(portal)}accounts/password/reset/key/{CODE}/"
            return Content(values | {"link": url}, url=url)
        case STAFF_ALERT.name:
            own = {
                "connector_name": "Twilio",
                "problem": "Twilio does not take the account SID and its token or key.",
                "link": office_url(None),
            }
            return Content(values | own, url=own["link"])
    return _visit(message_type, portal, values, now=now)


def sample_facts(portal: Portal, *, for_staff: bool, now: datetime) -> VisitFacts:
    """A visit in a week, ten to twelve where the company is; moved once, and done."""
    zone = get_zone(get_company().time_zone)
    day = local_day(now, zone) + timedelta(days=DAYS_AHEAD)
    ten, noon = (
        (combine(day, datetime.min.time().replace(hour=hour), zone) or [now])[0]
        for hour in (TEN, NOON)
    )
    service, number = gettext("Annual boiler service"), "B-000123"
    page = code_url(CODE, portal)
    is_own = survey_settings_of(portal).kind == SurveyKind.OWN
    external = filled_url(portal, booking_number=number, service=service)
    return VisitFacts(
        service=service,
        number=number,
        from_at=ten,
        to_at=noon,
        zone=zone,
        link=office_url(None) if for_staff else page,
        asset="Vaillant ecoTEC plus",
        address_lines=("12 High Street", "Manchester M1 1AA"),
        preparation=gettext("Please keep the way to the boiler free."),
        told_from=ten - timedelta(days=1),
        told_to=noon - timedelta(days=1),
        technician="Tom" if portal.shows_technician_name else "",
        arrival_at=ten + timedelta(minutes=35),
        completed_at=ten + timedelta(minutes=100),
        reason="We are on holiday.",
        account="Carol Miller",
        contact="Carol Miller",
        survey_url=survey_url(page) if is_own else external,
    )


def _visit(message_type: str, portal: Portal, values: dict[str, str], *, now: datetime) -> Content:
    is_for_staff = MESSAGE_TYPES[message_type].about is About.STAFF
    facts = sample_facts(portal, for_staff=is_for_staff, now=now)
    goes_into_calendars = message_type in {
        BOOKING_CONFIRMED.name, BOOKING_REMINDER.name, BOOKING_RESCHEDULED.name,
    }  # fmt: skip
    entry = CalendarEntry(
        facts.service, "", ", ".join(facts.address_lines), facts.from_at, facts.to_at
    )
    attachments: tuple[Attachment, ...] = ()
    if MESSAGE_TYPES[message_type].has_calendar_file:
        file = entry_calendar(entry, uid=f"sample-{CODE}", sequence=1, now=now)
        attachments = (Attachment(FILE_NAME, CONTENT_TYPE, file, {"method": "PUBLISH"}),)
    is_optional = MESSAGE_TYPES[message_type].is_optional
    return Content(
        values=values | visit_values(facts),
        url=facts.link,
        card=card_of(message_type, facts),
        google_url=google_calendar_url(entry) if goes_into_calendars else "",
        outlook_url=outlook_calendar_url(entry) if goes_into_calendars else "",
        unsubscribe_url=home_url(portal) if is_optional else "",
        attachments=attachments,
    )
