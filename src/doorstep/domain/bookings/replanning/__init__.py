"""Planned days as a problem for `engine.replan`."""
