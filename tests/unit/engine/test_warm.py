"""What is compiled before the first customer asks is everything a search can need."""

from doorstep.engine import find_offers
from doorstep.engine.problem import Role
from doorstep.engine.warm import _problem


def test_warming_up_goes_through_insertion_and_reordering() -> None:
    in_order = find_offers(_problem((Role(0),)), reorder=False)
    in_any_order = find_offers(_problem((Role(0),)))

    assert [each.target.id for each in in_order.best] == [1]
    assert [each.target.id for each in in_any_order.best] == [0, 1]
