from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.doubles.smtp import SmtpDouble, running


@pytest.fixture
def smtp(settings: Settings) -> Iterator[SmtpDouble]:
    """A mail server that takes everything until a test tells it otherwise."""
    with running(SmtpDouble()) as double:
        # pytest-django puts an outbox in memory here; we want the real thing.
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = double.host, double.port
        settings.EMAIL_TIMEOUT = 3
        yield double
