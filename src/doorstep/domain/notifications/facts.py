"""What is known of a visit when somebody is told of it: read from the rows at that moment, or made
up for a preview."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse

from doorstep.domain.bookings.models import Booking
from doorstep.domain.organization.models import ConnectorAccount, Portal
from doorstep.domain.resources.models import ResourceKind
from doorstep.domain.surveys.models import SurveyKind
from doorstep.domain.surveys.selectors import external_url, survey_settings_of
from doorstep.domain.tracking.live import live_visit
from doorstep.domain.tracking.services.outlook import last_delay
from doorstep.platform.lib.site_time import get_zone
from doorstep.platform.lib.urls import absolute_url

from .links import code_url, survey_url, visit_url
from .message_types import (
    BOOKING_RESCHEDULED,
    MESSAGE_TYPES,
    RUNNING_LATE,
    STAFF_LATE,
    STAFF_MOVED,
    About,
)
from .models import Message
from .models.message import OUT
from .words.placeholders import placeholders_of

FIVE_MINUTES = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """`told_from`, `told_to`: the window the customer was told before. `link` is where the button
    leads; `technician` is empty when the portal does not show names."""

    service: str
    number: str
    from_at: datetime
    to_at: datetime
    zone: ZoneInfo
    link: str
    asset: str = ""
    address_lines: tuple[str, ...] = ()
    preparation: str = ""
    told_from: datetime | None = None
    told_to: datetime | None = None
    technician: str = ""
    arrival_at: datetime | None = None
    completed_at: datetime | None = None
    reason: str = ""
    account: str = ""
    contact: str = ""
    survey_url: str = ""


def facts_of_visit(
    message: Message, booking: Booking, portal: Portal, *, code: str, now: datetime
) -> VisitFacts:
    """Texts are in the active language; `code` is the secret of the message's own link, if any."""
    order = booking.work_order
    placeholders = placeholders_of(message.message_type)
    is_named, asks = "technician_name" in placeholders, "survey_link" in placeholders
    is_for_staff = MESSAGE_TYPES[message.message_type].about is About.STAFF
    names_old_time = message.message_type in (BOOKING_RESCHEDULED.name, STAFF_MOVED.name)
    told_from, told_to = _told_before(message, booking) if names_old_time else (None, None)
    link = code_url(code, portal) if code else visit_url(booking, portal)
    return VisitFacts(
        service=order.incident_type.customer_name or order.incident_type.name,
        number=booking.number or order.number,
        from_at=booking.promised_from,
        to_at=booking.promised_to,
        zone=get_zone(booking.time_zone),
        link=office_url(booking) if is_for_staff else link,
        asset=order.asset.name if order.asset else "",
        address_lines=tuple(order.address_lines),
        preparation=order.incident_type.preparation,
        told_from=told_from,
        told_to=told_to,
        technician=_technician(booking) if is_named and portal.shows_technician_name else "",
        arrival_at=_expected(message, booking, now) if "arrival_estimate" in placeholders else None,
        completed_at=booking.completed_at or now,
        reason=booking.cancel_reason,
        account=order.account.name,
        contact=_who(booking),
        survey_url=_survey(booking, portal, link) if asks else "",
    )


def office_url(row: Booking | ConnectorAccount | None) -> str:
    """The row's page in the office, or the office's first page if it has none."""
    if row is None:
        return absolute_url(reverse("office:index"))
    try:
        name = f"office:{row._meta.app_label}_{row._meta.model_name}_change"
        return absolute_url(reverse(name, args=[row.pk]))
    except NoReverseMatch:
        return absolute_url(reverse("office:index"))


def to_five_minutes(instant: datetime) -> datetime:
    """The nearest full five minutes, as "around 10:35" is meant."""
    return EPOCH + round((instant - EPOCH) / FIVE_MINUTES) * FIVE_MINUTES


def _expected(message: Message, booking: Booking, now: datetime) -> datetime:
    """By the delay that is told of; for who is on the way as the visit's page says it; else as
    planned, or, after setting out late, so long after it as the way was planned to take."""
    if message.message_type in (RUNNING_LATE.name, STAFF_LATE.name):
        delay = last_delay(booking)
        if delay is not None:
            return to_five_minutes(delay.expected_at)
    arrival = live_visit(booking, now=now).arrival
    if arrival is not None:
        return to_five_minutes(arrival.at)
    # Who has left may have done so early or late: then the plan says how long the way is.
    part = booking.assignments.filter(planned_starts_at__isnull=False).order_by("role").first()
    travel = part.travel if part else booking.arrives_at - booking.starts_at
    return to_five_minutes(max(booking.arrives_at, message.created_at + travel))


def _survey(booking: Booking, portal: Portal, link: str) -> str:
    """Our own form on the visit's page, the page of another service, or nothing."""
    if survey_settings_of(portal).kind == SurveyKind.OWN:
        return survey_url(link)
    return external_url(booking, portal)


def _technician(booking: Booking) -> str:
    """Who comes; of several the first."""
    assignments = booking.assignments.select_related("resource").order_by("role", "pk")
    people = assignments.filter(resource__kind__in=[ResourceKind.USER, ResourceKind.CONTACT])
    lead = people.first()
    return lead.resource.name if lead else ""


def _told_before(message: Message, booking: Booking) -> tuple[datetime | None, datetime | None]:
    """The window of the newest message that went out with one, if it is not the one of today."""
    earlier = Message.objects.filter(
        booking=booking, is_test=False, state__in=OUT, told_from__isnull=False
    ).exclude(pk=message.pk)
    told = earlier.order_by("-sent_at", "-pk").values_list("told_from", "told_to").first()
    if told is None or told == (booking.promised_from, booking.promised_to):
        return None, None
    return told


def _who(booking: Booking) -> str:
    contact = booking.booked_by or booking.work_order.reported_by
    return str(contact) if contact else ""
