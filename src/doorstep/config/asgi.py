"""The ASGI application that `doorstep serve` runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.config.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
