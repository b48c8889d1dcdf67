"""`doorstep worker`: run jobs."""

import asyncio
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from doorstep.config import worker


class Command(BaseCommand):
    help = "Run jobs: messages, reminders, housekeeping. Any number may run; SIGTERM drains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at once")

    def handle(self, *args: object, **options: int) -> None:
        self.stdout.write("Worker ready.")
        self.stdout.flush()
        asyncio.run(worker.run(concurrency=options["concurrency"]))
