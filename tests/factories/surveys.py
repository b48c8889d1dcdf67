"""Surveys of portals, and what customers said."""

from datetime import datetime
from typing import Any

from doorstep.domain.bookings.models import Booking, ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.surveys.models import SurveyAnswer, SurveyKind, SurveySettings
from doorstep.domain.surveys.services.answers import Reply, give_answer

from .bookings import actor_of
from .customers import carol

SURVEY_HOST = "forms.example.com"
SURVEY_PAGE = f"https://{SURVEY_HOST}/visit?n={{booking_number}}&lang={{language}}"


def ask_by_own_form(portal: Portal) -> SurveySettings:
    return _set(portal, kind=SurveyKind.OWN)


def ask_elsewhere(portal: Portal, url_template: str = SURVEY_PAGE) -> SurveySettings:
    """An external survey, its host allowed."""
    host = url_template.split("/")[2]
    return _set(portal, kind=SurveyKind.EXTERNAL, url_template=url_template, allowed_hosts=host)


def complete(booking: Booking, *, at: datetime) -> Booking:
    """As if the technician had finished at this instant; get it as it is then."""
    Booking.objects.filter(pk=booking.pk).update(
        status=get_default_status(ParentStatus.COMPLETED), completed_at=at
    )
    return Booking.objects.get(pk=booking.pk)


def answer(
    booking: Booking, *, now: datetime, contact: Contact | None = None, **reply: Any
) -> SurveyAnswer:
    """Carol's five stars, unless told otherwise."""
    contact = contact or carol()
    return give_answer(
        booking=booking,
        contact=contact,
        reply=Reply(**({"rating": 5} | reply)),
        actor=actor_of(contact),
        now=now,
    )


def _set(portal: Portal, **values: Any) -> SurveySettings:
    settings, _created = SurveySettings.objects.get_or_create(portal=portal)
    for name, value in values.items():
        setattr(settings, name, value)
    settings.full_clean()
    settings.save()
    return settings
