"""The ASGI application that `doorstep serve` runs."""

import logging
import os
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doorstep.config.settings")

from django.core.asgi import get_asgi_application

from doorstep.engine import warm_replan, warm_search

pages = get_asgi_application()

from doorstep.interfaces.portal.live.streams import LiveStreams  # noqa: E402 (needs loaded apps)

streams = LiveStreams()


async def application(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Django's pages; and beside them the streams, each of which would hold a thread there."""
    answer: Any = streams if streams.serves(scope) else pages
    await answer(scope, receive, send)


def _prepare() -> None:
    """Compile, and read everybody's days. Without a database the first search reads them."""
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from doorstep.domain.bookings.snapshot import open_planning

    warm_search()
    try:
        open_planning(timezone.now())
    except DatabaseError:
        logging.getLogger(__name__).warning("the days are not read yet", exc_info=True)
    finally:
        connection.close()
    # The office asks for it now and then; a worker that began with it is done by now, most likely.
    warm_replan()


# Pages are served at once; who asks for times before this is done gets them without compiled code.
threading.Thread(target=_prepare, name="prepare", daemon=True).start()
