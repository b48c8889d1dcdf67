"""`doorstep demo`: a believable company, web and worker, in one command; `doorstep demo drive`: a
technician on her way, to watch; `doorstep demo graph`: calendars as of Microsoft 365."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from aiosmtpd.controller import Controller
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.demo.calendars import ensure_calendars
from doorstep.demo.connector import ensure_texts_account
from doorstep.demo.drive_command import add_drive_arguments, drive
from doorstep.demo.graph.server import GraphServer
from doorstep.demo.graph_command import PORT as GRAPH_PORT
from doorstep.demo.graph_command import add_graph_arguments, graph, make_graph
from doorstep.demo.inbox import inbox_folder
from doorstep.demo.seed.company import SeedReport, seed_company
from doorstep.demo.smtp_server import start_smtp

STOP_S = 25
# The calendars' port, seen from that of the pages.
GRAPH_FROM_WEB = GRAPH_PORT - 8000


class Command(BaseCommand):
    help = "Make the demo company (once) and serve it: web, worker and a mail server of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--seed-only", action="store_true", help="make the company and stop")
        parts = parser.add_subparsers(dest="what")
        drive_parser = parts.add_parser(
            "drive", help="let a technician drive to a visit, in real or faster time"
        )
        add_drive_arguments(drive_parser)
        graph_parser = parts.add_parser(
            "graph", help="serve a stand-in for Microsoft 365 calendars, to look at and to touch"
        )
        add_graph_arguments(graph_parser)

    def handle(self, *args: object, **options: Any) -> None:
        if options["what"] == "drive":
            drive(options, self._say)
            return
        if options["what"] == "graph":
            graph(options, self._say)
            return
        if not options["seed_only"]:
            _check_free(options["host"], options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        self._say("Making the demo company (the first time takes a little)…")
        report = seed_company(now=timezone.now())
        ensure_texts_account()
        if options["seed_only"]:
            self._print(report)
            return
        address = f"http://{options['host']}:{options['port']}/"
        mail = _serve_mail(settings.EMAIL_PORT)
        calendars = _serve_calendars(options["port"] + GRAPH_FROM_WEB)
        ensure_calendars(calendars)
        # SIGTERM ends the demo as Ctrl-C does, and Ctrl-C works even where a shell switched it off.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        environment = {
            **os.environ,
            "DOORSTEP_DEMO": "1",
            "DOORSTEP_PUBLIC_URL": address.rstrip("/"),
            "DOORSTEP_SMTP_PORT": str(mail.port),
        }
        children = [
            _start(environment, "serve", "--host", options["host"], "--port", str(options["port"])),
            _start(environment, "worker"),
        ]
        try:
            _wait_until_it_answers(f"{address}health/", children)
            self._print(report, address, calendars.url)
            while all(child.poll() is None for child in children):
                time.sleep(0.5)
            raise CommandError("The server or the worker has stopped; see the lines above.")
        except (KeyboardInterrupt, SystemExit):
            self._say("\nStopping…")
        finally:
            _stop(children)
            mail.stop()
            calendars.stop()

    def _print(self, report: SeedReport, address: str = "", calendars: str = "") -> None:
        width = max(len(each.email) for each in report.sign_ins)
        lines = ["", f"  {report.company} is open."]
        if address:
            lines += [
                "",
                f"  Customers   {address}",
                f"  Office      {address}office/",
                f"  Demo inbox  {address}demo/inbox/   (every mail and text lands here)",
                f"  Calendars   {calendars}/   (a stand-in for the technicians' Outlook)",
            ]
        lines += ["", "  Sign in as", ""]
        lines += [
            f"    {each.role:<14} {each.email:<{width}}   {each.password}"
            for each in report.sign_ins
        ]
        if address:
            lines += [
                "",
                "  Watch a technician come: book a visit, open it, and in another terminal",
                "    .venv/bin/doorstep demo drive",
            ]
            lines += ["", "  Ctrl-C stops it; what you did is still there the next time.", ""]
        self._say("\n".join(lines))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        # Shown at once also where the output goes to a file or through another program.
        self.stdout.flush()


def _serve_mail(port: int) -> Controller:
    """At this port, or at any where something else is there already: a second demo, say."""
    try:
        return start_smtp(port=port, folder=inbox_folder())
    except OSError:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            free = probe.getsockname()[1]
        return start_smtp(port=free, folder=inbox_folder())


def _serve_calendars(port: int) -> GraphServer:
    """At this port, or at any where something else is there already."""
    try:
        server = make_graph(port=port)
    except OSError:
        server = make_graph(port=0)
    server.start()
    return server


def _start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    # Its own group: Ctrl-C reaches this process alone, which then stops the others in order.
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "doorstep.config.cli", *arguments],
        env=environment,
        process_group=0,
    )


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_S
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Something answers at {host}:{port} already. Stop it, or choose another port: "
                f".venv/bin/doorstep demo --port {port + 1}"
            ) from error


def _wait_until_it_answers(url: str, children: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            raise CommandError("The server or the worker did not start; see the lines above.")
        try:
            with urlopen(url, timeout=2):  # noqa: S310 (our own address)
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise CommandError("The server does not answer after a minute.")
