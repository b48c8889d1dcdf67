"""Forget where people were (reliability reference 1.6)."""

from datetime import datetime, timedelta

from django.db import transaction

from ..models import ArrivalEstimate, Position, SharingSession
from ..selectors import get_tracking_settings


@transaction.atomic
def forget_positions(*, now: datetime) -> int:
    """Delete positions, ways and starts of trips older than the company keeps them.

    Returns how many positions that were. When trips began and ended stays.
    """
    before = now - timedelta(hours=get_tracking_settings().keep_hours)
    count, _by_model = Position.objects.filter(at__lt=before).delete()
    SharingSession.objects.filter(began_at__lt=before, first_latitude__isnull=False).exclude(
        position_at__gte=before
    ).update(
        first_latitude=None,
        first_longitude=None,
        latitude=None,
        longitude=None,
        accuracy_metres=None,
        position_at=None,
        doubted_latitude=None,
        doubted_longitude=None,
        doubted_at=None,
    )
    ArrivalEstimate.objects.filter(made_at__lt=before).delete()
    return count
