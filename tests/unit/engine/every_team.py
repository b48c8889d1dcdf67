"""The slow second opinion on jobs of several roles: every minute, every team, every order.

For on-site work of individuals. Everybody has one route; a team works if each of its members could
arrive at the same minute on its own, in whatever order of its day.
"""

from itertools import permutations

from doorstep.engine import Problem, Resource, Role, Target
from tests.unit.engine import every_order
from tests.unit.engine.every_minute import MINUTE


def open_targets(problem: Problem) -> set[int]:
    """Ids of the targets for which somebody else for each role can arrive at some common minute."""
    return {
        target.id
        for target in problem.targets
        if any(
            _has_team(problem, target, at_s)
            for at_s in range(target.from_s, target.to_s + 1, MINUTE)
        )
    }


def _has_team(problem: Problem, target: Target, at_s: int) -> bool:
    exact = Target(target.id, target.day, at_s, at_s)
    free = [
        resource
        for resource in problem.resources
        if any(
            every_order.fits_somewhere(problem, route, exact)
            for route in problem.routes
            if route.resource_id == resource.id
        )
    ]
    roles = problem.request.roles
    return any(
        all(_may(role, resource) for role, resource in zip(roles, team, strict=True))
        for team in permutations(free, len(roles))
    )


def _may(role: Role, resource: Resource) -> bool:
    return (
        (not role.kinds or resource.kind in role.kinds)
        and resource.id not in role.restricted
        and (not role.must_choose_from or resource.id in role.must_choose_from)
    )
