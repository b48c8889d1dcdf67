"""The cache that rate limits of all processes share."""

import pytest
from django.conf import settings
from django.core.cache.backends.db import DatabaseCache

pytestmark = pytest.mark.django_db


def shared_cache() -> DatabaseCache:
    options = {"OPTIONS": settings.SHARED_CACHE["OPTIONS"]}
    return DatabaseCache(settings.SHARED_CACHE["LOCATION"], options)


def test_what_one_process_counts_another_sees() -> None:
    first, second = shared_cache(), shared_cache()

    first.add("limit", 0, timeout=60)
    first.incr("limit")

    assert second.get("limit") == 1
