from .drive import Drive, estimate_drive
from .geocoding import follow_address, geocode_row, geocode_soon, locate
from .travel import load_travel, load_travel_around, prune_travel_legs

__all__ = [
    "Drive",
    "estimate_drive",
    "follow_address",
    "geocode_row",
    "geocode_soon",
    "load_travel",
    "load_travel_around",
    "locate",
    "prune_travel_legs",
]
