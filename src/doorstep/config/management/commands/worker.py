"""`doorstep worker`: run jobs."""

import asyncio
import os
import threading
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from doorstep.config import worker
from doorstep.engine import warm_replan, warm_search

NICENESS = 5


class Command(BaseCommand):
    help = "Run jobs: messages, reminders, housekeeping. Any number may run; SIGTERM drains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at once")

    def handle(self, *args: object, **options: int) -> None:
        # Where the two share a machine, a crowd of messages makes way for who waits for a page.
        os.nice(NICENESS)
        self.stdout.write("Worker ready.")
        self.stdout.flush()
        # Jobs that plan days must not wait for the compiler while they hold a transaction.
        threading.Thread(target=_warm, name="warm", daemon=True).start()
        asyncio.run(worker.run(concurrency=options["concurrency"]))


def _warm() -> None:
    """The other way round than where pages are served: on a new machine both compile at once."""
    warm_replan()
    warm_search()
