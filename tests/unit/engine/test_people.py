"""Who passes the rules is remembered by what the rules look at."""

from dataclasses import replace
from typing import Any

import pytest

from doorstep.engine import Need, Request, Resource, ResourceKind, Role, WorkLocation
from doorstep.engine.eligibility import Ask
from doorstep.engine.people import People, key_of
from tests.unit.engine.worlds import HOME, request, spot


@pytest.mark.parametrize(
    "other",
    [
        {"role": Role(1, needs=(Need(7),))},
        {"role": Role(1, needs=(Need(7, 4),))},
        {"role": Role(1, kinds=frozenset({ResourceKind.EQUIPMENT}))},
        {"role": Role(1, crew_size=2)},
        {"role": Role(1, restricted=frozenset({1}))},
        {"role": Role(1, must_choose_from=frozenset({2}))},
        {"territory": 3},
        {"territory": 3, "allows_without_territory": True},
        {"work_location": WorkLocation.AGNOSTIC},
        {"work_location": WorkLocation.FACILITY, "is_host": True},
        {"work_location": WorkLocation.FACILITY, "is_host": True, "place": spot(99)},
    ],
)
def test_a_question_the_rules_answer_otherwise_is_another_question(other: dict[str, Any]) -> None:
    plain = _ask()
    asked = _ask(**other)

    remembering = _people()
    remembering.passing(plain)

    assert key_of(asked) != key_of(plain)
    assert remembering.passing(asked).indexes.tolist() == _people().passing(asked).indexes.tolist()


def test_another_place_of_work_and_another_length_are_the_same_question() -> None:
    assert key_of(_ask()) == key_of(_ask(place=spot(80), duration_s=60))


def _ask(*, role: Role | None = None, is_host: bool = False, **changes: Any) -> Ask:
    wish: Request = replace(request(spot(10)), **changes)
    return Ask(wish, role or Role(1), wish.place, is_host)


def _people() -> People:
    return People(
        [
            Resource(1, start=HOME),
            Resource(2, ResourceKind.EQUIPMENT, HOME, territories=frozenset({3})),
            Resource(3, ResourceKind.FACILITY, spot(10)),
        ],
        (),
    )
