"""Everybody's days, kept in each process and never older than the search that asks."""

from .planning import Found, Planning, Recalled, open_planning

__all__ = ["Found", "Planning", "Recalled", "open_planning"]
