"""Read bookings: a customer's visits, one visit, and who may see it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from doorstep.domain.customers.models import Contact

from .models import Booking, BookingStatus, ParentStatus
from .rules import ChangeRules, change_rules

_PAST_LIMIT = 50
_PAST = (ParentStatus.COMPLETED, ParentStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class HomeVisits:
    """A customer's home page (product reference 4.4).

    Of several traveling visits one is active and the others stay among the upcoming.
    """

    active: Booking | None
    upcoming: list[Booking]
    past: list[Booking]


def get_default_status(parent: ParentStatus) -> BookingStatus:
    """The status Doorstep uses when it sets this parent; made if somebody removed it."""
    status, _created = BookingStatus.objects.get_or_create(
        parent=parent, is_default=True, defaults={"name": str(parent.label)}
    )
    return status


def visible_to(contact: Contact) -> QuerySet[Booking]:
    """The visits a contact may see: those she booked or reported, and for the account's primary
    contact all of the account (docs/decisions/0005-who-sees-a-visit.md)."""
    visits = Booking.objects.filter(work_order__account=contact.account)
    if contact.account.primary_contact_id != contact.pk:
        visits = visits.filter(Q(booked_by=contact) | Q(work_order__reported_by=contact))
    return visits.select_related(
        "status",
        "booked_by",
        "work_order__account",
        "work_order__incident_type",
        "work_order__asset",
        "work_order__portal",
    ).prefetch_related("assignments__resource", "notes")


def get_visit(*, code: str, contact: Contact) -> Booking:
    """One visit by its public code. Raises Booking.DoesNotExist, also for other people's visits."""
    return visible_to(contact).get(code=code)


def visits_of(contact: Contact) -> HomeVisits:
    """Everything for the home page, soonest first; the past newest first, at most fifty."""
    visits = visible_to(contact)
    open_visits = list(visits.exclude(status__parent__in=_PAST).order_by("promised_from", "pk"))
    active = next(
        (visit for visit in open_visits if visit.parent_status is ParentStatus.TRAVELING), None
    )
    past = list(
        visits.filter(status__parent__in=_PAST).order_by("-promised_from", "-pk")[:_PAST_LIMIT]
    )
    upcoming = [visit for visit in open_visits if visit is not active]
    return HomeVisits(active, upcoming, past)


__all__ = [
    "ChangeRules",
    "HomeVisits",
    "change_rules",
    "get_default_status",
    "get_visit",
    "visible_to",
    "visits_of",
]
