"""Settings for a real server beside a test, on the test's database: with its pool, and its static
files served as in production."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, MIDDLEWARE, SHARED_CACHE

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5}
# As in production; and emptied with the tables, for one server answers many tests.
CACHES = {"default": SHARED_CACHE}
MIDDLEWARE.insert(1, "servestatic.middleware.ServeStaticMiddleware")
