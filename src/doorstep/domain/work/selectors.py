"""What customers may choose, who is needed for it, and whom they want."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, Q
from django.db.models.query import QuerySet

from doorstep.domain.customers.models import Account, CustomerAsset

from .models import IncidentType, PreferenceKind, ResourcePreference, RoleTemplate, WorkOrder
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


@dataclass(frozen=True, slots=True)
class DatedPreference:
    """One row of preferences; without dates it counts always."""

    kind: str
    resource_id: int
    from_on: date | None
    to_on: date | None

    def counts_on(self, day: date) -> bool:
        """Both days are included."""
        return (self.from_on is None or self.from_on <= day) and (
            self.to_on is None or day <= self.to_on
        )


_PREFERENCE = ("kind", "resource_id", "from_on", "to_on")


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
    roles = incident_type.roles.order_by("pk").prefetch_related("needs")
    return _roles_of(incident_type, list(roles))


def roles_by_incident_type() -> dict[int, tuple[RoleSpec, ...]]:
    """`needed_roles` of all of them, by id, in four queries."""
    types = IncidentType.objects.prefetch_related(
        "needs", Prefetch("roles", RoleTemplate.objects.order_by("pk").prefetch_related("needs"))
    )
    return {each.pk: _roles_of(each, list(each.roles.all())) for each in types}


def _roles_of(incident_type: IncidentType, roles: list[RoleTemplate]) -> tuple[RoleSpec, ...]:
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
    rows = dated_preferences(
        account_id=account.pk,
        incident_type_id=incident_type.pk,
        work_order_id=None if work_order is None else work_order.pk,
    )
    return preferences_on(day, rows)


def dated_preferences(
    *, account_id: int | None, incident_type_id: int | None, work_order_id: int | None
) -> list[DatedPreference]:
    """What these three say, whenever it counts; what is None says nothing. One query."""
    owner = Q()
    for name, value in (
        ("account", account_id), ("incident_type", incident_type_id), ("work_order", work_order_id),
    ):  # fmt: skip
        if value is not None:
            owner |= Q(**{name: value})
    rows = ResourcePreference.objects.filter(owner) if owner else ResourcePreference.objects.none()
    return [DatedPreference(*row) for row in rows.values_list(*_PREFERENCE)]


def preferences_by_owner() -> dict[tuple[str, int], list[DatedPreference]]:
    """Those of all accounts and kinds of job, by ("account" or "incident_type", id). One query."""
    found: dict[tuple[str, int], list[DatedPreference]] = {}
    rows = ResourcePreference.objects.filter(work_order__isnull=True)
    for account_id, incident_type_id, *row in rows.values_list(
        "account_id", "incident_type_id", *_PREFERENCE
    ):
        name, owner_id = (
            ("incident_type", incident_type_id) if account_id is None else ("account", account_id)
        )
        found.setdefault((name, owner_id), []).append(DatedPreference(*row))
    return found


def preferences_on(day: date | None, rows: Iterable[DatedPreference]) -> Preferences:
    """What counts on one day, or all of it without a day."""
    found: dict[str, set[int]] = defaultdict(set)
    for each in rows:
        if day is None or each.counts_on(day):
            found[each.kind].add(each.resource_id)
    return Preferences(
        preferred=frozenset(found[PreferenceKind.PREFERRED]),
        restricted=frozenset(found[PreferenceKind.RESTRICTED]),
        must=frozenset(found[PreferenceKind.MUST]),
    )


def preference_changes(rows: Iterable[DatedPreference]) -> set[date]:
    """The days from which other preferences hold than on the day before."""
    return {
        day
        for each in rows
        for day in (each.from_on, each.to_on and each.to_on + timedelta(days=1))
        if day is not None
    }


def _needs(rows: Iterable[NeedFields]) -> tuple[NeedSpec, ...]:
    ordered = sorted(rows, key=lambda row: row.characteristic_id)
    return tuple(NeedSpec(row.characteristic_id, row.minimum_rating) for row in ordered)
