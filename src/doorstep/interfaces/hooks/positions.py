"""Positions from GPS platforms (docs/reference/positions.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.models import PositionSource, Tracker
from doorstep.domain.tracking.reports import Report
from doorstep.domain.tracking.services.keys import find_key
from doorstep.domain.tracking.services.record import record_positions
from doorstep.interfaces.web.positions import UnreadablePositions, read_items, report_of
from doorstep.interfaces.web.rate_limit import GuessLimits, Limit
from doorstep.platform.lib.errors import DomainError

MOST_AT_ONCE = 1_000
# Keys have 256 random bits; the limits keep the log and the database quiet.
GUESSES = GuessLimits(
    address=Limit("position-guess", amount=30, seconds=600),
    network=Limit("position-guess-network", amount=120, seconds=600),
    everybody=Limit("position-guess-everybody", amount=6000, seconds=600),
)


# Machines have neither cookies nor our forms; the key in the header says who sends.
@csrf_exempt
@require_POST
@never_cache
def positions(request: HttpRequest) -> JsonResponse:
    """Take what can be taken, and say of the rest why not, by its place in the list."""
    now = timezone.now()
    if GUESSES.are_used_up(request):
        return JsonResponse({"error": "Too many wrong keys. Try again later."}, status=429)
    if find_key(secret=_key_of(request), now=now) is None:
        GUESSES.count(request)
        return JsonResponse(
            {"error": "This key is not known."},
            status=401,
            headers={"WWW-Authenticate": 'Bearer realm="positions"'},
        )
    try:
        items = read_items(request)
        if len(items) > MOST_AT_ONCE:
            raise UnreadablePositions(f"At most {MOST_AT_ONCE} positions at once.")
    except UnreadablePositions as error:
        return JsonResponse({"error": str(error)}, status=400)
    refused = _take(items, now)
    return JsonResponse(
        {
            "taken": len(items) - len(refused),
            "refused": [
                {"index": index, "reason": reason} for index, reason in sorted(refused.items())
            ],
        }
    )


def _key_of(request: HttpRequest) -> str:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _take(items: list[Mapping[str, Any]], now: datetime) -> dict[int, str]:
    """Why which of them were not taken."""
    names = {str(item.get("device", ""))[:100] for item in items}
    carriers = {
        each.device: each.resource
        for each in Tracker.objects.filter(
            device__in=names, resource__is_active=True
        ).select_related("resource")
    }
    refused: dict[int, str] = {}
    reports: dict[BookableResource, list[tuple[int, Report]]] = {}
    for index, item in enumerate(items):
        carrier = carriers.get(str(item.get("device", ""))[:100])
        if carrier is None:
            refused[index] = "unknown_device"
            continue
        try:
            reports.setdefault(carrier, []).append((index, report_of(item)))
        except UnreadablePositions as error:
            refused[index] = str(error)
    for carrier, own in reports.items():
        refused |= _record(carrier, own, now)
    return refused


def _record(
    carrier: BookableResource, own: list[tuple[int, Report]], now: datetime
) -> dict[int, str]:
    try:
        found = record_positions(
            resource=carrier,
            reports=[report for _index, report in own],
            source=PositionSource.PLATFORM,
            now=now,
        )
    except DomainError as error:
        return {index: error.code for index, _report in own}
    return {
        index: refusal.value
        for (index, _report), refusal in zip(own, found.refusals, strict=True)
        if refusal is not None
    }
