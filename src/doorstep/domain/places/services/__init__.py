from .geocoding import follow_address, geocode_row, geocode_soon, locate
from .travel import load_travel, load_travel_around, prune_travel_legs

__all__ = [
    "follow_address",
    "geocode_row",
    "geocode_soon",
    "load_travel",
    "load_travel_around",
    "locate",
    "prune_travel_legs",
]
