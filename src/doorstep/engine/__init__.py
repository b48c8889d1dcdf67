"""Slot search as numbers: a problem goes in, offers that can really be driven come out."""

from doorstep.engine.apply import apply
from doorstep.engine.board import Board
from doorstep.engine.misses import Lack, Miss
from doorstep.engine.problem import (
    Characteristic,
    Crew,
    CrewMember,
    Need,
    Problem,
    Request,
    Resource,
    ResourceKind,
    Role,
    Route,
    Stop,
    StopKind,
    Target,
    WorkLocation,
)
from doorstep.engine.result import Assignment, Move, Offer, Rule, SearchResult
from doorstep.engine.search import find_offers
from doorstep.engine.travel import StraightLine, Travel, TravelTable
from doorstep.engine.validate import validate_offer
from doorstep.engine.validate_route import Violation, validate_route
from doorstep.engine.warm import warm, warm_replan, warm_search
from doorstep.engine.why import Arrival, DayExplained, Verdict, explain_offers, explain_search
from doorstep.engine.windows import ArrivalWindow, Grid, expand

__all__ = [
    "Arrival",
    "ArrivalWindow",
    "Assignment",
    "Board",
    "Characteristic",
    "Crew",
    "CrewMember",
    "DayExplained",
    "Grid",
    "Lack",
    "Miss",
    "Move",
    "Need",
    "Offer",
    "Problem",
    "Request",
    "Resource",
    "ResourceKind",
    "Role",
    "Route",
    "Rule",
    "SearchResult",
    "Stop",
    "StopKind",
    "StraightLine",
    "Target",
    "Travel",
    "TravelTable",
    "Verdict",
    "Violation",
    "WorkLocation",
    "apply",
    "expand",
    "explain_offers",
    "explain_search",
    "find_offers",
    "validate_offer",
    "validate_route",
    "warm",
    "warm_replan",
    "warm_search",
]
