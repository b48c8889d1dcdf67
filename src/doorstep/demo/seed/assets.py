"""What stands in the customers' houses. Makes and models are invented."""

import datetime as dt
from dataclasses import dataclass
from random import Random

BOILER, HEAT_PUMP, WASHER, DRYER = "Boiler", "Heat pump", "Washing machine", "Tumble dryer"
FRIDGE, FREEZER, OVEN = "Fridge-freezer", "Chest freezer", "Oven"

_PRODUCTS = {
    BOILER: ("Calder Combi 28", "Calder Combi 32", "Irwell System 18", "Roch Condens 24"),
    HEAT_PUMP: ("Pennine Air 8", "Pennine Air 11"),
    WASHER: ("Brightwash 8", "Brightwash 10 Eco", "Medlock W7", "Tame Quiet 9"),
    DRYER: ("Brightdry 8", "Medlock D7", "Tame Heatpump Dryer"),
    FRIDGE: ("Frostwell 300", "Frostwell 340 No-Frost", "Larder & Co Tall"),
    FREEZER: ("Frostwell Chest 200", "Frostwell Chest 400"),
    OVEN: ("Copperline Built-in 60", "Copperline Double 90", "Hearth & Hob 60"),
}
# What a household has beside the boiler: how many of a hundred.
_SHARES = {WASHER: 62, OVEN: 48, FRIDGE: 45, DRYER: 22, HEAT_PUMP: 8, FREEZER: 7}
_MOST = 4
_OLDEST_DAYS = 14 * 365


@dataclass(frozen=True, slots=True)
class Appliance:
    """An asset to be; `kind` tells which jobs it can need."""

    kind: str
    product: str
    serial_number: str
    installed_on: dt.date


def household_kinds(rng: Random) -> list[str]:
    """One to four kinds of appliances, nearly always with a boiler."""
    kinds = [kind for kind, share in _SHARES.items() if rng.randrange(100) < share]
    if HEAT_PUMP not in kinds and rng.randrange(100) < 94:
        kinds.insert(0, BOILER)
    return kinds[:_MOST] or [BOILER]


def invent_appliance(kind: str, rng: Random, today: dt.date) -> Appliance:
    product = rng.choice(_PRODUCTS[kind])
    letters = "".join(word[0] for word in product.split()).replace("&", "")
    return Appliance(
        kind,
        product,
        f"{letters}{rng.randrange(10**7):07}",
        today - dt.timedelta(days=rng.randrange(60, _OLDEST_DAYS)),
    )
