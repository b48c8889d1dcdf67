"""Who can be booked, and who is at work."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.db.models.query import QuerySet

from .models import BookableResource, CrewMember
from .working_hours import working_days


def active_resources() -> QuerySet[BookableResource]:
    """In use, with their unit."""
    return BookableResource.objects.filter(is_active=True).select_related("organizational_unit")


def crew_members(crew: BookableResource, *, day: date) -> list[BookableResource]:
    """The members of a crew on this day who are in use, leaders first."""
    rows = (
        CrewMember.objects.filter(
            Q(from_on__isnull=True) | Q(from_on__lte=day),
            Q(to_on__isnull=True) | Q(to_on__gte=day),
            crew=crew,
            member__is_active=True,
        )
        .select_related("member__organizational_unit")
        .order_by("-is_leader", "member__name", "pk")
    )
    return [row.member for row in rows]


def on_shift(*, at: datetime) -> list[BookableResource]:
    """Active resources who work at this instant: not in a break, not off. Crews have no hours."""
    resources = list(active_resources())
    # Local days differ by one from the day in UTC, and a night shift began the day before.
    around = (at.date() - timedelta(days=2), at.date() + timedelta(days=1))
    days = working_days(resources, from_day=around[0], to_day=around[1])
    return [
        resource
        for resource in resources
        if any(
            start <= at < end
            for day in days[resource.pk]
            for lane in day.lanes
            for start, end in lane.stretches
        )
    ]
