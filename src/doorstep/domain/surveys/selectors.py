"""Read what a portal asks after a visit, what was answered, and for how long it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import get_language

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_default_portal

from .models import SurveyAnswer, SurveyKind, SurveySettings
from .url_template import fill_template

# After its end a visit is asked about for so long, and so long a link tells what was done.
ASKED_FOR = timedelta(days=30)
CHANGEABLE_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class VisitSurvey:
    """Our own form for one visit and one contact: what she said, and whether she may (still) say
    something, until when. `question` is the service's, empty for none."""

    question: str
    answer: SurveyAnswer | None
    is_open: bool
    open_until: datetime


def survey_settings_of(portal: Portal) -> SurveySettings:
    """What is set, or "no survey" for a portal for which nobody has set anything."""
    if portal._state.adding:
        return SurveySettings()
    try:
        return portal.survey_settings
    except SurveySettings.DoesNotExist:
        return SurveySettings(portal=portal)


def is_recent(booking: Booking, *, now: datetime) -> bool:
    """Completed, and not so long ago that nobody asks any more."""
    return booking.parent_status is ParentStatus.COMPLETED and now < _ended_at(booking) + ASKED_FOR


def own_survey(booking: Booking, *, contact: Contact, now: datetime) -> VisitSurvey | None:
    """The form for this contact; None where the portal has another survey or none, or the visit is
    not completed. `booking` with status, work order, portal and incident type preloaded."""
    return own_surveys([booking], contact=contact, now=now).get(booking.pk)


def own_surveys(
    bookings: Sequence[Booking], *, contact: Contact, now: datetime
) -> dict[int, VisitSurvey]:
    """As `own_survey`, for several visits by their ids, with one query for all answers."""
    kinds = kinds_of_surveys(bookings)
    asked = [each for each in bookings if kinds.get(each.pk) == SurveyKind.OWN]
    if not asked:
        return {}
    answers = SurveyAnswer.objects.filter(booking__in=asked, contact=contact)
    given = {answer.booking_id: answer for answer in answers}
    return {booking.pk: survey_for(booking, given.get(booking.pk), now=now) for booking in asked}


def kinds_of_surveys(bookings: Sequence[Booking]) -> dict[int, str]:
    """How each completed visit is asked about, by its id; visits nobody asks about are left out.
    One or two queries for all of them."""
    done = [each for each in bookings if each.parent_status is ParentStatus.COMPLETED]
    if not done:
        return {}
    asking = SurveySettings.objects.exclude(kind=SurveyKind.NONE)
    kinds = dict(asking.values_list("portal_id", "kind"))
    is_made_by_staff = any(each.work_order.portal_id is None for each in done)
    fallback = get_default_portal().pk if kinds and is_made_by_staff else None
    portals = {each.pk: each.work_order.portal_id or fallback for each in done}
    return {pk: kinds[portal] for pk, portal in portals.items() if portal in kinds}


def survey_for(booking: Booking, answer: SurveyAnswer | None, *, now: datetime) -> VisitSurvey:
    """For a completed visit. An answer may be changed for some days, even when no first one would
    be taken any more."""
    start, length = (answer.given_at, CHANGEABLE_FOR) if answer else (_ended_at(booking), ASKED_FOR)
    return VisitSurvey(
        question=booking.work_order.incident_type.survey_question,
        answer=answer,
        is_open=now < start + length,
        open_until=start + length,
    )


def external_url(booking: Booking, portal: Portal) -> str:
    """The page of another service about this visit; empty where the portal has none.

    In the active language.
    """
    order = booking.work_order
    return filled_url(
        portal,
        booking_number=booking.number or order.number,
        service=order.incident_type.customer_name or order.incident_type.name,
    )


def filled_url(portal: Portal, *, booking_number: str, service: str) -> str:
    """As `external_url`, for a visit made up by a preview."""
    settings = survey_settings_of(portal)
    if settings.kind != SurveyKind.EXTERNAL:
        return ""
    values = {
        "booking_number": booking_number,
        "service": service,
        "language": get_language() or portal.default_language,
    }
    return fill_template(settings.url_template, values)


def _ended_at(booking: Booking) -> datetime:
    return booking.completed_at or booking.ends_at
