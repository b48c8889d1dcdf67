"""Jobs about places: fill coordinates, forget old travel legs."""

import logging

from django.apps import apps
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from doorstep.connectors.base import InvalidSettings, PermanentFailure, TemporaryFailure
from doorstep.platform.lib.address import AddressFields

from .services.geocoding import GEOCODE_TASK, geocode_row
from .services.travel import prune_travel_legs as prune

log = logging.getLogger(__name__)

# About two days in all: a geocoder that is away over the weekend is asked again on Monday.
_RETRY = RetryStrategy(max_attempts=16, exponential_wait=2, retry_exceptions=[TemporaryFailure])


# The lock keeps one request at a time, as public geocoders ask for.
@app.task(name=GEOCODE_TASK, queue="places", lock="geocoding", retry=_RETRY)
def geocode(*, model: str, pk: int, replace: bool) -> bool:
    """A row that is gone, or an address nobody can find, is no reason to try again."""
    found = apps.get_model(model)._default_manager.filter(pk=pk).first()
    if not isinstance(found, AddressFields):
        return False
    try:
        return geocode_row(row=found, replace=replace)
    except (PermanentFailure, InvalidSettings) as error:
        log.warning("no coordinates for %s %s: %s", model, pk, error)
        return False


@app.periodic(cron="17 3 * * *")
@app.task(name="doorstep.places.prune_travel_legs", queue="places")
def prune_travel_legs(timestamp: int) -> int:  # noqa: ARG001 - procrastinate passes it
    return prune(now=timezone.now())
