"""Positions as JSON, from the technician's page and from GPS platforms: one shape for both.

{"latitude": 53.48, "longitude": -2.24, "at": "2026-11-23T09:00:00Z", "accuracy": 12}
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, UnreadablePostError
from django.utils.dateparse import parse_datetime

from doorstep.domain.tracking.reports import Report

MOST_BYTES = 256 * 1024


class UnreadablePositions(ValueError):
    """Not what we can read; the text says why, for whoever writes the program that sends it."""


def read_items(request: HttpRequest) -> list[Mapping[str, Any]]:
    """The objects of a body that is one of them or {"positions": [...]}.

    Raises UnreadablePositions.
    """
    try:
        # One byte more than allowed tells "too long" from "just so".
        body = request.read(MOST_BYTES + 1)
    except UnreadablePostError as error:
        raise UnreadablePositions("The request broke off.") from error
    if len(body) > MOST_BYTES:
        raise UnreadablePositions("The request is too long.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadablePositions("The request is not JSON.") from error
    if isinstance(found, dict) and "positions" in found:
        found = found["positions"]
    items = found if isinstance(found, list) else [found]
    if not all(isinstance(item, dict) for item in items):
        raise UnreadablePositions("Each position is a JSON object.")
    return items


def report_of(item: Mapping[str, Any]) -> Report:
    """Raises UnreadablePositions. Whether the numbers make sense is for the domain to say."""
    at = _instant(item.get("at"))
    accuracy = item.get("accuracy")
    return Report(
        at=at,
        latitude=_number(item.get("latitude"), "latitude"),
        longitude=_number(item.get("longitude"), "longitude"),
        accuracy_metres=None if accuracy is None else _number(accuracy, "accuracy"),
    )


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnreadablePositions(f"{name} is a number.")
    try:
        return float(value)
    except OverflowError as error:
        raise UnreadablePositions(f"{name} is too large.") from error


def _instant(value: object) -> datetime:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UnreadablePositions("at is an instant with its zone, such as 2026-11-23T09:00:00Z.")
    return found
