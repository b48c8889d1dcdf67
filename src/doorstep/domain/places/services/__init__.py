from .geocoding import follow_address, geocode_row, geocode_soon, locate
from .travel import load_travel, prune_travel_legs

__all__ = [
    "follow_address",
    "geocode_row",
    "geocode_soon",
    "load_travel",
    "locate",
    "prune_travel_legs",
]
