"""Weeks that never were: customers come one by one, and a policy decides what they are offered."""

from doorstep.engine.simulation.hindsight import hindsight
from doorstep.engine.simulation.measures import Outcome
from doorstep.engine.simulation.policies import POLICIES, Policy
from doorstep.engine.simulation.scene import Customer, Scene
from doorstep.engine.simulation.town import Town, town_scene
from doorstep.engine.simulation.week import play

__all__ = [
    "POLICIES",
    "Customer",
    "Outcome",
    "Policy",
    "Scene",
    "Town",
    "hindsight",
    "play",
    "town_scene",
]
