"""Who may do a planned visit: the rules of the search, for many visits in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_company, get_default_portal
from doorstep.domain.work.models import (
    PreferenceKind,
    Requirement,
    ResourcePreference,
    WorkOrder,
)
from doorstep.engine import Need, Request, Resource, ResourceKind, Role, WorkLocation
from doorstep.engine.eligibility import Ask, individual, is_skilled_at, refusal, skill_turns_s
from doorstep.platform.lib.site_time import local_day

from ..models import Assignment
from ..seconds import second

_VISIT = (
    "booking__work_order__account",
    "booking__work_order__incident_type",
    "booking__work_order__portal",
)


@dataclass(frozen=True, slots=True)
class _Lists:
    preferred: frozenset[int]
    restricted: frozenset[int]
    must: frozenset[int]


def load_visits(assignment_ids: Collection[int]) -> list[Assignment]:
    """Assignments of bookings with all that `who_may` reads of them, in the order of their ids."""
    requirements = Prefetch(
        "booking__work_order__requirements",
        Requirement.objects.order_by("pk").prefetch_related("needs"),
    )
    return list(
        Assignment.objects.filter(pk__in=assignment_ids, booking__isnull=False)
        .select_related(*_VISIT)
        .prefetch_related(requirements)
        .order_by("pk")
    )


def who_may(
    visits: Sequence[Assignment], resources: Sequence[Resource]
) -> dict[int, frozenset[int]]:
    """Per assignment the resources that may take it over, whenever inside the promise it is done.

    Where the account prefers somebody who comes now, only preferred ones may. Work at a facility
    stays with whom it was booked; so does whatever a crew does.
    """
    lists = _preferences(visits)
    may_have_none = get_company().allows_resources_without_territory
    default = get_default_portal() if visits else None
    found = {}
    for visit in visits:
        assert default is not None
        portal = _work_order(visit).portal or default
        ask = _ask(visit, lists[visit.pk], portal, allows_without_territory=may_have_none)
        found[visit.pk] = (
            frozenset() if ask is None else _allowed(visit, ask, resources, lists[visit.pk])
        )
    return found


def _allowed(
    visit: Assignment, ask: Ask, resources: Sequence[Resource], lists: _Lists
) -> frozenset[int]:
    allowed = set()
    for resource in resources:
        party = individual(resource)
        if refusal(ask, party) is None and all(
            is_skilled_at(ask, party, at_s) for at_s in _instants(visit, ask, resource)
        ):
            allowed.add(resource.id)
    if visit.resource_id in lists.preferred:
        allowed &= lists.preferred
    return frozenset(allowed)


def _instants(visit: Assignment, ask: Ask, resource: Resource) -> list[int]:
    """Arrivals at which a skill may be missing: the bounds of the promise, and turns between."""
    assert visit.booking is not None
    from_s, to_s = second(visit.booking.promised_from), second(visit.booking.promised_to)
    turns = skill_turns_s(resource.characteristics, ask.request.duration_s)
    return [from_s, to_s, *(at_s for at_s in turns if from_s <= at_s <= to_s)]


def _ask(
    visit: Assignment, lists: _Lists, portal: Portal, *, allows_without_territory: bool
) -> Ask | None:
    """The visit as one role of a search; None if it has to stay with whom it was booked."""
    work_order, requirements = _work_order(visit), _requirements(visit)
    location = WorkLocation(work_order.work_location)
    if location is WorkLocation.FACILITY or visit.crew_id or visit.role >= len(requirements):
        return None
    need = requirements[visit.role]
    place = work_order.coordinates if location is WorkLocation.ONSITE else None
    if need.crew_size or (location is WorkLocation.ONSITE and place is None):
        return None
    role = Role(
        id=visit.role,
        needs=tuple(Need(each.characteristic_id, each.minimum_rating) for each in need.needs.all()),
        kinds=frozenset({ResourceKind(need.resource_kind)}),
        restricted=lists.restricted,
        must_choose_from=lists.must,
    )
    request = Request(
        place=place,
        work_location=location,
        duration_s=second(visit.ends_at) - second(visit.arrives_at),
        roles=(role,),
        territory=work_order.territory_id,
        allows_without_territory=allows_without_territory,
        radius_m=portal.radius_m if location is WorkLocation.ONSITE else 0.0,
    )
    return Ask(request, role, place)


def _preferences(visits: Sequence[Assignment]) -> dict[int, _Lists]:
    """As `work.selectors.preferences_for` says it of one visit, in one query for all."""
    owners = Q(pk__in=())
    for field in ("account", "incident_type", "work_order"):
        ids = {_owners(visit)[field] for visit in visits}
        owners |= Q(**{f"{field}__in": ids - {None}})
    by_owner: dict[tuple[str, int], list[ResourcePreference]] = defaultdict(list)
    for row in ResourcePreference.objects.filter(owners):
        for field in ("account", "incident_type", "work_order"):
            owner = getattr(row, f"{field}_id")
            if owner is not None:
                by_owner[field, owner].append(row)
    found = {}
    for visit in visits:
        assert visit.booking is not None
        day = local_day(visit.booking.promised_from, ZoneInfo(visit.booking.time_zone))
        rows = [
            row
            for field, owner in _owners(visit).items()
            if owner is not None
            for row in by_owner[field, owner]
            if _counts_on(row, day)
        ]
        found[visit.pk] = _Lists(
            *(
                frozenset(row.resource_id for row in rows if row.kind == kind)
                for kind in (
                    PreferenceKind.PREFERRED,
                    PreferenceKind.RESTRICTED,
                    PreferenceKind.MUST,
                )
            )
        )
    return found


def _owners(visit: Assignment) -> dict[str, int | None]:
    work_order = _work_order(visit)
    return {
        "account": work_order.account_id,
        "incident_type": work_order.incident_type_id,
        "work_order": work_order.pk,
    }


def _counts_on(row: ResourcePreference, day: date) -> bool:
    begins = row.from_on is None or row.from_on <= day
    return begins and (row.to_on is None or row.to_on >= day)


def _work_order(visit: Assignment) -> WorkOrder:
    assert visit.booking is not None
    return visit.booking.work_order


def _requirements(visit: Assignment) -> list[Requirement]:
    return list(_work_order(visit).requirements.all())
