"""Are the right people on an offer? Part of its validation; shares no code with the search."""

from collections import Counter

from doorstep.engine.problem import (
    Characteristic,
    Crew,
    Problem,
    Resource,
    ResourceKind,
    Role,
    WorkLocation,
)
from doorstep.engine.result import Assignment, Offer
from doorstep.engine.validate_route import Violation
from doorstep.platform.values.geo import Coordinates, distance_m


def validate_people(problem: Problem, offer: Offer) -> list[Violation]:
    """Roles filled by distinct, eligible and complete parties that meet at the right place."""
    found = [*_everybody(problem, offer), *_meeting(problem, offer)]
    for role in problem.request.roles:
        own = [each for each in offer.assignments if each.role_id == role.id]
        found += _role(problem, offer, role, own)
    return found


def _everybody(problem: Problem, offer: Offer) -> list[Violation]:
    found = []
    counts = Counter(each.resource_id for each in offer.assignments)
    if any(count > 1 for count in counts.values()):
        found.append(Violation("distinct", "somebody is assigned twice"))
    known = {resource.id for resource in problem.resources}
    found += [
        Violation("resource", f"resource {each} is not known")
        for each in counts
        if each not in known
    ]
    roles = {role.id for role in problem.request.roles}
    if any(each.role_id not in roles for each in offer.assignments):
        found.append(Violation("role", "a role was not asked for"))
    return found


def _role(problem: Problem, offer: Offer, role: Role, own: list[Assignment]) -> list[Violation]:
    if not own:
        return [Violation("role", f"role {role.id} is not filled")]
    resources = [
        resource
        for each in own
        for resource in problem.resources
        if resource.id == each.resource_id
    ]
    crew: Crew | None = None
    found: list[Violation] = []
    if role.crew_size:
        crew = next((each for each in problem.crews if each.id == own[0].crew_id), None)
        if crew is None or any(each.crew_id != crew.id for each in own):
            return [Violation("crew", f"role {role.id} is not filled by one known crew")]
        found += _crew(problem, offer, role, crew, {each.resource_id for each in own})
    elif len(own) != 1 or own[0].crew_id is not None:
        found.append(Violation("crew", f"role {role.id} asks for one individual"))
    else:
        found += _individual(role, resources)
    found += _skills(offer, role, resources, crew)
    found += _choice(role, resources, crew)
    found += _territory(problem, resources, crew)
    found += _places(problem, own, resources)
    return found


def _individual(role: Role, resources: list[Resource]) -> list[Violation]:
    found = []
    for resource in resources:
        if not resource.is_searchable:
            found.append(Violation("searchable", f"{resource.id} must not be offered"))
        if resource.kind is ResourceKind.CREW or (role.kinds and resource.kind not in role.kinds):
            found.append(Violation("kind", f"{resource.id} is a {resource.kind}"))
    return found


def _crew(
    problem: Problem, offer: Offer, role: Role, crew: Crew, coming: set[int]
) -> list[Violation]:
    known = {resource.id for resource in problem.resources}
    expected = set()
    for membership in crew.members:
        begins = membership.from_s is None or offer.arrives_s >= membership.from_s
        ends = membership.to_s is not None and offer.arrives_s >= membership.to_s
        works = False
        for route in problem.routes:
            if route.resource_id == membership.resource_id:
                apart = route.to_s <= offer.target.from_s or route.from_s > offer.target.to_s
                works = works or route.day == offer.target.day or not apart
        if begins and not ends and works and membership.resource_id in known:
            expected.add(membership.resource_id)
    found = []
    if coming != expected:
        found.append(Violation("crew", f"of crew {crew.id} come {coming}, not {expected}"))
    if len(coming) < role.crew_size:
        found.append(Violation("crew_size", f"crew {crew.id} is smaller than {role.crew_size}"))
    if any(each.id == crew.id and not each.is_searchable for each in problem.resources):
        found.append(Violation("searchable", f"crew {crew.id} must not be offered"))
    return found


def _skills(
    offer: Offer, role: Role, resources: list[Resource], crew: Crew | None
) -> list[Violation]:
    owned: list[Characteristic] = list(crew.characteristics) if crew else []
    for resource in resources:
        owned.extend(resource.characteristics)
    valid = [
        each
        for each in owned
        if not (each.valid_from_s is not None and offer.arrives_s < each.valid_from_s)
        and not (each.valid_to_s is not None and offer.ends_s > each.valid_to_s)
    ]
    found = []
    for need in role.needs:
        ratings = [each.rating for each in valid if each.id == need.characteristic_id]
        best = max((rating for rating in ratings if rating is not None), default=None)
        if not ratings or (
            need.minimum_rating is not None and (best is None or best < need.minimum_rating)
        ):
            text = f"role {role.id} lacks characteristic {need.characteristic_id}"
            found.append(Violation("skill", text))
    return found


def _choice(role: Role, resources: list[Resource], crew: Crew | None) -> list[Violation]:
    people = {resource.id for resource in resources}
    everybody = people | ({crew.id} if crew else set())
    found = []
    if everybody & role.restricted:
        found.append(Violation("restricted", f"role {role.id} is filled by somebody barred"))
    if role.must_choose_from:
        named = crew is not None and crew.id in role.must_choose_from
        if not named and people - role.must_choose_from:
            found.append(
                Violation("must_choose_from", f"role {role.id} is not filled from its list")
            )
    return found


def _territory(problem: Problem, resources: list[Resource], crew: Crew | None) -> list[Violation]:
    wanted = problem.request.territory
    if wanted is None:
        return []
    served = set(crew.territories) if crew else set()
    if not served:
        for resource in resources:
            served |= resource.territories
    if wanted in served or (not served and problem.request.allows_without_territory):
        return []
    return [Violation("territory", f"territory {wanted} is not served")]


def _places(problem: Problem, own: list[Assignment], resources: list[Resource]) -> list[Violation]:
    request = problem.request
    found = []
    for assignment, resource in zip(own, resources, strict=False):
        who = f"resource {resource.id}"
        if request.work_location is WorkLocation.AGNOSTIC:
            if assignment.place is not None:
                found.append(Violation("place", f"{who} travels for work done from anywhere"))
            continue
        if resource.start is None:
            found.append(Violation("work_location", f"{who} has no start place"))
            continue
        is_facility = resource.kind is ResourceKind.FACILITY
        if request.work_location is WorkLocation.ONSITE:
            meeting = request.place
            if is_facility or resource.kind is ResourceKind.POOL:
                found.append(Violation("work_location", f"{who} does not travel"))
        else:
            meeting = resource.start if is_facility else assignment.place
        if assignment.place != (None if is_facility else meeting):
            found.append(Violation("place", f"{who} goes to another place"))
        if (
            meeting is not None
            and not is_facility
            and 0 < request.radius_m < distance_m(resource.start, meeting)
        ):
            found.append(Violation("radius", f"{who} starts too far away"))
    return found


def _meeting(problem: Problem, offer: Offer) -> list[Violation]:
    """Facility work: there is a facility, and everybody is where it is."""
    if problem.request.work_location is not WorkLocation.FACILITY:
        return []
    by_id = {resource.id: resource for resource in problem.resources}
    places: set[Coordinates | None] = set()
    has_facility = False
    for each in offer.assignments:
        resource = by_id[each.resource_id]
        if resource.kind is ResourceKind.FACILITY:
            has_facility = True
            places.add(resource.start)
        else:
            places.add(each.place)
    if has_facility and len(places) == 1:
        return []
    return [Violation("facility", "the resources do not meet at a facility")]
