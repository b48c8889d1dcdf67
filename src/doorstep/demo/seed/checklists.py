"""What technicians tick at each kind of job; what must be ticked comes with True."""

from doorstep.domain.work.models import ChecklistItem, IncidentType

from .catalog import (
    BOILER_REPAIR,
    BOILER_SERVICE,
    COLD_REPAIR,
    CONTROLS_VISIT,
    GAS_CHECK,
    HEAT_PUMP_CHECK,
    LAUNDRY_REPAIR,
    NEW_BOILER,
    OVEN_REPAIR,
    WARRANTY_CHECK,
    Catalog,
)

_GAS = (("Test for gas leaks", True), ("Check flue and ventilation", True))
_POWER = (("Isolate from the mains before opening", True), ("Safety test after the repair", True))
CHECKLISTS: dict[str, tuple[tuple[str, bool], ...]] = {
    BOILER_SERVICE.name: (
        *_GAS,
        ("Clean burner and heat exchanger", False),
        ("Check pressure and expansion vessel", False),
        ("Fill in the service booklet", False),
    ),
    BOILER_REPAIR.name: (*_GAS, ("Show the customer that it runs", False)),
    GAS_CHECK.name: (*_GAS, ("Note the meter reading", False), ("Test the smoke alarms", False)),
    CONTROLS_VISIT.name: (
        ("Bleed the radiators", False),
        ("Explain the new settings", False),
    ),
    LAUNDRY_REPAIR.name: (*_POWER, ("Run a short program to the end", False)),
    COLD_REPAIR.name: (*_POWER, ("Check the circuit for leaks", True)),
    OVEN_REPAIR.name: (*_POWER, ("Heat up once", False)),
    NEW_BOILER.name: (
        *_GAS,
        ("Flush the system", False),
        ("Register the boiler for its guarantee", True),
        ("Take the old boiler away", False),
        ("Hand over and explain", False),
    ),
    HEAT_PUMP_CHECK.name: (
        ("Check the refrigerant circuit", True),
        ("Clean the outdoor unit", False),
        ("Tighten the electrical connections", True),
    ),
    WARRANTY_CHECK.name: (("Photograph the rating plate", True),),
}


def make_checklists(catalog: Catalog) -> dict[int, list[ChecklistItem]]:
    """Write them; the items by incident type."""
    found: dict[int, list[ChecklistItem]] = {}
    for name, items in CHECKLISTS.items():
        kind: IncidentType = catalog.incident_types[name]
        found[kind.pk] = [
            ChecklistItem(
                incident_type=kind, text=text, is_required=is_required, position=position * 10
            )
            for position, (text, is_required) in enumerate(items, start=1)
        ]
    ChecklistItem.objects.bulk_create(row for rows in found.values() for row in rows)
    return found
