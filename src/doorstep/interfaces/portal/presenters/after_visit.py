"""A completed visit: what was done and when, what the technician wrote, and the survey."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.rules import portal_of
from doorstep.domain.customers.models import Contact
from doorstep.domain.organization.models import Portal
from doorstep.domain.surveys.models import HIGHEST, SurveyAnswer, SurveyKind
from doorstep.domain.surveys.selectors import (
    VisitSurvey,
    external_url,
    is_recent,
    kinds_of_surveys,
    own_survey,
    own_surveys,
    survey_settings_of,
)
from doorstep.interfaces.portal.forms.survey import SurveyForm
from doorstep.platform.lib.site_time import format_date_and_window, get_zone

from .visits import VisitView


@dataclass(frozen=True, slots=True)
class SurveyView:
    """`form` is ours, empty where nothing is asked (any more). `stars` are those given before.
    `frame_url` is `page_url` where the page of another service may be shown inside ours."""

    form: SurveyForm | None = None
    url: str = ""
    stars: str = ""
    open_until: str = ""
    page_url: str = ""
    frame_url: str = ""


@dataclass(frozen=True, slots=True)
class AfterVisit:
    """`again_url` books the same service for the same asset; empty where that cannot be."""

    service: str
    done_at: str
    notes: tuple[str, ...]
    survey: SurveyView | None
    again_url: str


def after_visit(
    booking: Booking, *, contact: Contact, portal: Portal, by_link: bool, now: datetime
) -> AfterVisit | None:
    """None for visits that are not completed, and by a link for those long past: then it shows
    state and time alone (docs/decisions/0017-feedback-after-a-visit.md)."""
    is_asked = is_recent(booking, now=now)
    if booking.completed_at is None or (by_link and not is_asked):
        return None
    service = booking.work_order.incident_type
    zone = get_zone(booking.time_zone)
    may_book = portal.is_self_scheduling_enabled and contact.user_id is not None
    return AfterVisit(
        service=service.customer_name or service.name,
        done_at=format_date_and_window(booking.completed_at, None, zone, with_zone=True),
        notes=tuple(
            note.text
            for note in booking.notes.all()
            if note.is_public and not note.is_from_customer
        ),
        survey=survey_view(booking, contact=contact, by_link=by_link, now=now),
        again_url=reverse("portal:book_again", args=[booking.code]) if may_book else "",
    )


def survey_view(
    booking: Booking, *, contact: Contact, by_link: bool, now: datetime
) -> SurveyView | None:
    """What the portal asks about this visit; None for nothing."""
    survey = own_survey(booking, contact=contact, now=now)
    if survey is not None:
        return own_survey_view(booking, survey, by_link=by_link)
    if not is_recent(booking, now=now):
        return None
    portal = portal_of(booking)
    page_url = external_url(booking, portal)
    if not page_url:
        return None
    may_frame = survey_settings_of(portal).framed_host
    return SurveyView(page_url=page_url, frame_url=page_url if may_frame else "")


def own_survey_view(
    booking: Booking, survey: VisitSurvey, *, by_link: bool, form: SurveyForm | None = None
) -> SurveyView | None:
    """`form` is one that was filled in already. None where nothing was said nor may be."""
    if not survey.is_open and survey.answer is None:
        return None
    until = format_date_and_window(
        survey.open_until, None, get_zone(booking.time_zone), with_zone=True
    )
    form = form or SurveyForm(survey=survey, by_link=by_link)
    return SurveyView(
        form=form if survey.is_open else None,
        url=survey_url(booking, by_link=by_link),
        stars=stars_words(survey.answer) if survey.answer else "",
        open_until=until,
    )


def survey_url(booking: Booking, *, by_link: bool) -> str:
    return reverse("portal:link_survey" if by_link else "portal:survey", args=[booking.code])


def with_feedback(
    views: Sequence[VisitView], bookings: Sequence[Booking], *, contact: Contact, now: datetime
) -> list[VisitView]:
    """The same visits of the home page, with the way to what is asked about them."""
    own = own_surveys(bookings, contact=contact, now=now)
    kinds = kinds_of_surveys(bookings)
    shown = []
    for view, booking in zip(views, bookings, strict=True):
        survey = own.get(booking.pk)
        if survey is not None and survey.is_open:
            label = _("Change your feedback") if survey.answer else _("Send feedback")
            url = survey_url(booking, by_link=False)
        elif kinds.get(booking.pk) == SurveyKind.EXTERNAL and is_recent(booking, now=now):
            label, url = _("Send feedback"), f"{view.url}#survey"
        else:
            label = url = ""
        shown.append(replace(view, feedback=label, feedback_url=url))
    return shown


def stars_words(answer: SurveyAnswer) -> str:
    return _("%(stars)d of %(highest)d stars") % {"stars": answer.rating, "highest": HIGHEST}
