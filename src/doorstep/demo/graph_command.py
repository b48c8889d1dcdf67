"""`doorstep demo graph`: the stand-in for Microsoft 365 by itself, to write calendars into."""

import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.management.base import CommandError

from .graph.server import GraphServer

Say = Callable[[str], None]

PORT = 8365
TENANT, CLIENT_ID = "demo.example", "doorstep"
SECRET = "doorstep-demo"  # noqa: S105 (printed at every start)
TIME_ZONE = "Europe/London"


def add_graph_arguments(parser: ArgumentParser) -> None:
    # Not `port`, which is that of the whole demo.
    parser.add_argument("--port", dest="graph_port", type=int, default=PORT)
    parser.add_argument(
        "--time-zone", default=TIME_ZONE, help="for the page; events have instants of their own"
    )


def calendars_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-graph" / "calendars.json"


def make_graph(*, port: int = PORT, time_zone: str = TIME_ZONE) -> GraphServer:
    """The demo's tenant, with the calendars of the last time. Whoever is asked for has a mailbox.

    Raises OSError when the port is taken.
    """
    return GraphServer(
        tenant=TENANT,
        client_id=CLIENT_ID,
        secret=SECRET,
        port=port,
        path=calendars_file(),
        welcomes_everybody=True,
        time_zone=time_zone,
    )


def graph(options: Mapping[str, Any], say: Say) -> None:
    """Serve until Ctrl-C or SIGTERM. Raises CommandError when it cannot start."""
    port, time_zone = options["graph_port"], options["time_zone"]
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError("--time-zone is a name such as Europe/Berlin") from error
    try:
        server = make_graph(port=port, time_zone=time_zone)
    except OSError as error:
        raise CommandError(
            f"Something answers at 127.0.0.1:{port} already. Stop it, or choose another port: "
            f".venv/bin/doorstep demo graph --port {port + 1}"
        ) from error
    server.start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    say(_welcome(server))
    try:
        while True:
            time.sleep(3600)
    except (KeyboardInterrupt, SystemExit):
        say("\nStopping…")
    finally:
        server.stop()


def _welcome(server: GraphServer) -> str:
    return f"""
  A stand-in for Microsoft 365. Look at its calendars:

    {server.url}/

  In the office, add a calendar account “Microsoft 365” with

    Tenant           {TENANT}
    Application      {CLIENT_ID}
    Client secret    {SECRET}
    Graph address    {server.base_url}
    Sign-in address  {server.url}
    Graph is in our own network: yes

  Any address has a mailbox. Ctrl-C stops it; the calendars are still there the next time.
"""
