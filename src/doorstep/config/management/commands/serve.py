"""`doorstep serve`: the web server."""

from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Serve the pages. Stop with Ctrl-C or SIGTERM; requests under way are finished."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--processes", type=int, default=1)

    def handle(self, *args: object, **options: Any) -> None:
        uvicorn.run(
            "doorstep.config.asgi:application",
            host=options["host"],
            port=options["port"],
            workers=options["processes"],
            lifespan="off",
            access_log=False,
            server_header=False,
            # Whom to believe about forwarded headers is settled by our own middleware.
            proxy_headers=False,
            timeout_graceful_shutdown=20,
            log_level="warning",
        )
