"""Settings for benchmarks: as production, on a scratch database of their own under var/bench."""

import os
from pathlib import Path

_SCRATCH = Path(__file__).resolve().parents[1] / "var" / "bench" / "scratch"
os.environ.pop("DATABASE_URL", None)
os.environ["DOORSTEP_VAR"] = os.environ.get("DOORSTEP_BENCH_VAR", str(_SCRATCH))
os.environ.setdefault("DOORSTEP_SECRET_KEY", "benchmarks-only-" + "x" * 40)
os.environ.setdefault("DOORSTEP_ENCRYPTION_KEYS", "benchmarks-only-" + "y" * 40)

from doorstep.config import embedded_postgres  # noqa: E402
from doorstep.config.settings import *  # noqa: E402, F403
from doorstep.config.settings import EMBEDDED_POSTGRES  # noqa: E402

ROOT_URLCONF = "benchmarks.pages"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Limits on searches and sign-ins would be all that is measured.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
if EMBEDDED_POSTGRES is not None:
    embedded_postgres.ensure_running(EMBEDDED_POSTGRES)
