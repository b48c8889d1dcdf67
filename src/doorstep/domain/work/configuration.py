"""What in the settings cannot work: told to the office before a customer finds no time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from doorstep.domain.customers.models import Account
from doorstep.domain.organization.models import Company, Portal, Territory
from doorstep.domain.organization.models.booking_policy import OfferMode
from doorstep.domain.organization.selectors import get_company
from doorstep.domain.places.road_files import road_file_problem
from doorstep.domain.resources.models import BookableResource, Place, ResourceKind
from doorstep.domain.resources.working_hours import working_days
from doorstep.platform.lib.site_time import local_day

from .capability import Candidate, candidates_of, is_valid_on
from .models import IncidentType
from .selectors import RoleSpec, needed_roles

# So far ahead somebody has to work within the days that may be booked.
_LOOK_AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is stable, `text` for people in the active language, `where` the row to look at."""

    code: str
    text: str
    where: models.Model | None = None


def configuration_problems(*, now: datetime) -> list[Problem]:
    """Everything found; empty when all is well. The heaviest read of the office, some 20 queries
    and three for each kind of job on offer."""
    company = get_company()
    today = local_day(now, ZoneInfo(company.time_zone))
    resources = list(
        BookableResource.objects.filter(is_active=True, is_searchable=True)
        .select_related("organizational_unit")
        .prefetch_related(
            "territories",
            "characteristics__characteristic",
            "memberships__member__characteristics",
            "memberships__member__territories",
        )
    )
    has_hours = set(
        BookableResource.objects.filter(
            models.Q(work_hours__isnull=False) | models.Q(day_hours__day__gte=today)
        ).values_list("pk", flat=True)
    )
    candidates = candidates_of(resources, has_hours=has_hours, day=today)
    return [
        *_travel(company),
        *_portals(resources, today),
        *_services(candidates, serves_all=company.allows_resources_without_territory),
        *_resources(resources, has_hours, today),
        *_accounts(),
    ]


def _travel(company: Company) -> Iterator[Problem]:
    # Names a file and a command, which are English in every language.
    if problem := road_file_problem(company):
        yield Problem("road_file", problem, company)


def _portals(resources: list[BookableResource], today: date) -> Iterator[Problem]:
    portals = list(Portal.objects.prefetch_related("windows"))
    if not any(portal.is_default for portal in portals):
        yield Problem(
            "no_default_portal", _("No portal is the default: visitors find nothing to book.")
        )
    for portal in portals:
        if not portal.is_self_scheduling_enabled:
            continue
        if portal.offer_mode != OfferMode.GRID and not portal.windows.all():
            yield Problem(
                "portal_without_windows",
                _("Portal “%(portal)s” offers arrival windows, but has none.") % {"portal": portal},
                portal,
            )
        first = today + timedelta(days=portal.min_lead_days)
        last = min(today + timedelta(days=portal.max_lead_days), first + _LOOK_AHEAD)
        if not any(working_days(resources, from_day=first, to_day=last).values()):
            yield Problem(
                "portal_without_days",
                _("Portal “%(portal)s”: nobody works on the days that could be booked now.")
                % {"portal": portal},
                portal,
            )


def _services(candidates: list[Candidate], *, serves_all: bool) -> Iterator[Problem]:
    served = list(Territory.objects.filter(account__is_active=True).distinct())
    offered = IncidentType.objects.filter(
        is_active=True, is_customer_bookable=True, work_order_type__is_excluded=False
    )
    for incident_type in offered:
        for role in needed_roles(incident_type):
            able = [each for each in candidates if each.can_do(role)]
            if not able:
                yield Problem("nobody_able", _nobody(incident_type, role), incident_type)
                continue
            missing = [
                territory.name
                for territory in served
                if not any(each.serves(territory.pk, serves_all=serves_all) for each in able)
            ]
            if missing:
                yield Problem(
                    "territory_not_covered",
                    _("Nobody who can do “%(service)s” serves: %(territories)s.")
                    % {"service": _name(incident_type, role), "territories": ", ".join(missing)},
                    incident_type,
                )


def _resources(
    resources: Iterable[BookableResource], has_hours: set[int], today: date
) -> Iterator[Problem]:
    for resource in resources:
        if resource.kind == ResourceKind.CREW:
            if not any(is_valid_on(each, today) for each in resource.memberships.all()):
                yield Problem(
                    "crew_without_members",
                    _("Crew “%(crew)s” has no members today.") % {"crew": resource},
                    resource,
                )
            continue
        if resource.pk not in has_hours:
            yield Problem(
                "resource_without_hours",
                _("%(resource)s has no work hours.") % {"resource": resource},
                resource,
            )
        if resource.start_place != Place.AGNOSTIC and resource.start is None:
            yield Problem(
                "resource_without_place",
                _("Nobody knows where %(resource)s starts the day, so no visit can be planned.")
                % {"resource": resource},
                resource,
            )
        yield from _expired(resource, today)


def _expired(resource: BookableResource, today: date) -> Iterator[Problem]:
    held = list(resource.characteristics.all())
    still_good = {
        each.characteristic_id
        for each in held
        if each.valid_to_on is None or each.valid_to_on >= today
    }
    # A certificate that was renewed has a newer row; each is told once.
    expired = {
        each.characteristic_id: each.characteristic.name
        for each in held
        if each.characteristic_id not in still_good
    }
    for name in sorted(expired.values()):
        yield Problem(
            "characteristic_expired",
            _("“%(characteristic)s” of %(resource)s has expired.")
            % {"characteristic": name, "resource": resource},
            resource,
        )


def _accounts() -> Iterator[Problem]:
    lost = Account.objects.filter(is_active=True, is_excluded=False, latitude__isnull=True).count()
    if lost:
        yield Problem(
            "accounts_without_place",
            ngettext(
                "%(count)d account has no coordinates, so no visit can be offered there.",
                "%(count)d accounts have no coordinates, so no visit can be offered there.",
                lost,
            )
            % {"count": lost},
        )


def _nobody(incident_type: IncidentType, role: RoleSpec) -> str:
    return _("Nobody can do “%(service)s”: check skills, ratings and work hours.") % {
        "service": _name(incident_type, role)
    }


def _name(incident_type: IncidentType, role: RoleSpec) -> str:
    return f"{incident_type.name}: {role.name}" if role.name else incident_type.name
