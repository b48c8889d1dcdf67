"""The ASGI application that `doorstep serve` runs."""

import os
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.config.settings")

from django.core.asgi import get_asgi_application

from doorstep.engine import warm

application = get_asgi_application()

# Pages are served at once; who asks for times before this is done waits for the rest of it.
threading.Thread(target=warm, name="warm", daemon=True).start()
