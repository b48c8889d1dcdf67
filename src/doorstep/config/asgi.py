"""The ASGI application that `doorstep serve` runs."""

import logging
import os
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.config.settings")

from django.core.asgi import get_asgi_application

from doorstep.engine import warm

application = get_asgi_application()


def _prepare() -> None:
    """Compile, and read everybody's days. Without a database the first search reads them."""
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from doorstep.domain.bookings.snapshot import open_planning

    warm()
    try:
        open_planning(timezone.now())
    except DatabaseError:
        logging.getLogger(__name__).warning("the days are not read yet", exc_info=True)
    finally:
        connection.close()


# Pages are served at once; who asks for times before this is done waits for the rest of it.
threading.Thread(target=_prepare, name="prepare", daemon=True).start()
