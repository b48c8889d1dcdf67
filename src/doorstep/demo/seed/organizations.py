"""The organizations among the customers, as a table: what they are and what belongs to them."""

from dataclasses import dataclass

from .assets import BOILER, DRYER, FREEZER, FRIDGE, HEAT_PUMP, OVEN, WASHER


@dataclass(frozen=True, slots=True)
class Shape:
    """What one sort of organization looks like.

    `rooms` are places at its own address. `buildings` others it looks after, each with an address
    of its own and `units` (flats) inside; `equipment` is what stands in a room or a unit.
    """

    rooms: tuple[str, ...]
    equipment: tuple[str, ...]
    buildings: int = 0
    units: tuple[str, ...] = ()
    is_landlord: bool = False
    notes: str = ""


_LETTING = Shape(
    rooms=(),
    equipment=(BOILER, WASHER, OVEN, FRIDGE),
    buildings=5,
    units=("Flat 1", "Flat 2", "Flat 3"),
    is_landlord=True,
    notes="Call the tenant half an hour before. Keys at the office until 17:00.",
)
_HOUSING = Shape(
    rooms=("Office",),
    equipment=(BOILER, HEAT_PUMP, WASHER, DRYER),
    buildings=7,
    units=("Ground floor", "First floor", "Second floor", "Plant room"),
    is_landlord=True,
    notes="Report to the caretaker first. Parking in front of the plant room only.",
)
_CARE = Shape(
    rooms=("Kitchen", "Laundry", "Plant room"),
    equipment=(WASHER, DRYER, FRIDGE, OVEN, BOILER),
    buildings=1,
    units=("Annex kitchen", "Annex laundry"),
    notes="Sign in at reception. Residents rest from 13:00 to 14:30.",
)
_KITCHEN = Shape(
    rooms=("Kitchen", "Cellar"),
    equipment=(OVEN, FRIDGE, FREEZER, BOILER),
    notes="Not between 11:30 and 14:00, please: lunch.",
)
_BUILDING = Shape(
    rooms=("Boiler room", "Staff kitchen", "Main hall"),
    equipment=(BOILER, HEAT_PUMP, FRIDGE),
    notes="Ring the side entrance.",
)

ORGANIZATIONS: dict[str, Shape] = {
    "Cottonmill Lettings": _LETTING,
    "Redbrick & Sash Lettings": _LETTING,
    "Millgate Student Homes": _LETTING,
    "Whitworth Keys Property": _LETTING,
    "Beeswing Rentals": _LETTING,
    "Lamplighter Estates": _LETTING,
    "Irkside Housing Association": _HOUSING,
    "Mersey Bend Homes": _HOUSING,
    "Copper Canal Housing Co-op": _HOUSING,
    "Rosehip House Care Home": _CARE,
    "The Willows at Bluebell Lane": _CARE,
    "Larkrise Nursing Home": _CARE,
    "The Copper Kettle Café": _KITCHEN,
    "Tib & Thyme": _KITCHEN,
    "Saffron Loom Kitchen": _KITCHEN,
    "Barge & Barrel": _KITCHEN,
    "Noodle Wharf": _KITCHEN,
    "Crumb Street Bakery": _KITCHEN,
    "Little Acorns Day Nursery": _BUILDING,
    "Brook Meadow Primary School": _BUILDING,
    "Northlight Dental Practice": _BUILDING,
    "Weavers' Hall Community Center": _BUILDING,
    "Summit Boulder Gym": _BUILDING,
    "Lantern Street Church Hall": _BUILDING,
    "Velocity Cycle Works": _BUILDING,
}
