from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from doorstep.domain.organization.models import Portal
from tests.doubles.smtp import SmtpDouble, running
from tests.factories.organization import make_portal


@pytest.fixture(autouse=True)
def portal(db: None) -> Portal:
    """The portal everything happens on, with nobody's rate limit used up."""
    cache.clear()
    return make_portal()


@pytest.fixture
def smtp(settings: Settings) -> Iterator[SmtpDouble]:
    with running(SmtpDouble()) as double:
        # pytest-django puts an outbox in memory here; we want the real thing.
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = double.host, double.port
        yield double
