"""What customers may choose, who is needed for it, and whom they want."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.db.models.query import QuerySet

from doorstep.domain.customers.models import Account, CustomerAsset

from .models import IncidentType, PreferenceKind, ResourcePreference, WorkOrder
from .models.incident_type import NeedFields


@dataclass(frozen=True, slots=True)
class NeedSpec:
    """A characteristic that is asked for; without a minimum any rating will do."""

    characteristic_id: int
    minimum_rating: int | None = None


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """One part of the job. `crew_size` 0 asks for one resource of `resource_kind`, else for a crew
    with at least that many working members. `index` counts from 0 and is the assignment's role."""

    index: int
    name: str
    resource_kind: str
    crew_size: int
    needs: tuple[NeedSpec, ...]


@dataclass(frozen=True, slots=True)
class Preferences:
    """Ids of resources; an empty `must` admits anybody."""

    preferred: frozenset[int]
    restricted: frozenset[int]
    must: frozenset[int]


def customer_catalog(
    *, account: Account, asset: CustomerAsset | None = None
) -> QuerySet[IncidentType]:
    """What a contact of the account may book, in the portal's order (product reference 4.1).

    Nothing for an account that may not use the portal, or for an asset that is not its own.
    """
    if not account.may_use_portal:
        return IncidentType.objects.none()
    if asset is not None and (asset.account_id != account.pk or not asset.is_active):
        return IncidentType.objects.none()
    return IncidentType.objects.filter(
        is_active=True,
        is_customer_bookable=True,
        duration_minutes__isnull=False,
        work_order_type__is_excluded=False,
    ).select_related("work_order_type")


def needed_roles(incident_type: IncidentType) -> tuple[RoleSpec, ...]:
    """The roles of its templates, or the one role it describes itself when it has none.

    Search and work orders both go by this, so what is offered is what is required. Two queries.
    """
    roles = list(incident_type.roles.order_by("pk").prefetch_related("needs"))
    if roles:
        return tuple(
            RoleSpec(index, each.name, each.resource_kind, each.crew_size, _needs(each.needs.all()))
            for index, each in enumerate(roles)
        )
    needs = _needs(incident_type.needs.all())
    return (RoleSpec(0, "", incident_type.resource_kind, incident_type.crew_size, needs),)


def required_roles(work_order: WorkOrder) -> tuple[RoleSpec, ...]:
    """The roles of a work order: its requirements, which stay as they are when the incident type
    changes. Two queries."""
    return tuple(
        RoleSpec(index, each.name, each.resource_kind, each.crew_size, _needs(each.needs.all()))
        for index, each in enumerate(
            work_order.requirements.order_by("pk").prefetch_related("needs")
        )
    )


def preferences_for(
    *,
    account: Account,
    incident_type: IncidentType,
    work_order: WorkOrder | None = None,
    day: date | None = None,
) -> Preferences:
    """What account, kind of job and work order say together (product reference 7.4).

    A preference with dates counts on the days it names; without a `day` all of them count. "Must
    choose from" adds up: anybody on any of the lists will do.
    """
    owner = Q(account=account) | Q(incident_type=incident_type)
    if work_order is not None:
        owner |= Q(work_order=work_order)
    rows = ResourcePreference.objects.filter(owner)
    if day is not None:
        rows = rows.filter(
            Q(from_on__isnull=True) | Q(from_on__lte=day), Q(to_on__isnull=True) | Q(to_on__gte=day)
        )
    found: dict[str, set[int]] = {kind: set() for kind in PreferenceKind.values}
    for kind, resource_id in rows.values_list("kind", "resource_id"):
        found[kind].add(resource_id)
    return Preferences(
        preferred=frozenset(found[PreferenceKind.PREFERRED]),
        restricted=frozenset(found[PreferenceKind.RESTRICTED]),
        must=frozenset(found[PreferenceKind.MUST]),
    )


def preference_changes(
    *, account: Account, incident_type: IncidentType, work_order: WorkOrder | None = None
) -> set[date]:
    """The days from which other preferences hold than on the day before."""
    owner = Q(account=account) | Q(incident_type=incident_type)
    if work_order is not None:
        owner |= Q(work_order=work_order)
    dated = ResourcePreference.objects.filter(owner).exclude(
        from_on__isnull=True, to_on__isnull=True
    )
    return {
        day
        for from_on, to_on in dated.values_list("from_on", "to_on")
        for day in (from_on, to_on and to_on + timedelta(days=1))
        if day is not None
    }


def _needs(rows: Iterable[NeedFields]) -> tuple[NeedSpec, ...]:
    ordered = sorted(rows, key=lambda row: row.characteristic_id)
    return tuple(NeedSpec(row.characteristic_id, row.minimum_rating) for row in ordered)
