"""Settings for tests: as production, with quick hashing and a database of their own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("DOORSTEP_SECRET_KEY", "tests-only-" + "x" * 40)
os.environ.setdefault("DOORSTEP_ENCRYPTION_KEYS", "tests-only-" + "y" * 40)
os.environ.setdefault("DOORSTEP_DEMO", "1")

from doorstep.config import embedded_postgres
from doorstep.config.settings import *

if EMBEDDED_POSTGRES is not None:
    EMBEDDED_POSTGRES = embedded_postgres.cluster_at(VAR_DIR / "postgres-test")
    DATABASES["default"]["HOST"] = str(EMBEDDED_POSTGRES.socket_directory)
    embedded_postgres.ensure_running(EMBEDDED_POSTGRES, durable=False)

INSTALLED_APPS = ["tests.database", *INSTALLED_APPS]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A pool outlives the test database it points to; races open connections of their own.
DATABASES["default"]["OPTIONS"].pop("pool")
EMAIL_PORT = 1
EMAIL_TIMEOUT = 5
REQUIRE_STAFF_MFA = False
# One folder for all processes of a run, which ends with it (see conftest.py).
if "TEST_MEDIA" not in os.environ:
    os.environ["TEST_MEDIA"] = tempfile.mkdtemp(prefix="doorstep-media-")
MEDIA_ROOT = Path(os.environ["TEST_MEDIA"])
ALLOWED_HOSTS = ["*"]
LOGGING["root"]["level"] = "ERROR"
# Rate limits of one test must not count in the next, nor need a database; the table of the real
# cache has a test of its own.
SHARED_CACHE = CACHES["default"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# The live server of the tests serves static files itself, and an asynchronous layer under the
# synchronous test client would need an event loop where the browser's driver runs its own.
MIDDLEWARE.remove("servestatic.middleware.ServeStaticMiddleware")
