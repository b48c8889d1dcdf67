"""Print event → subscribers, so that nothing is hidden."""

from django.core.management.base import BaseCommand

from doorstep.platform.events.registry import routes


class Command(BaseCommand):
    help = "Print which function hears of which event."

    def handle(self, *args: object, **options: object) -> None:
        for event, subscribers in routes().items():
            self.stdout.write(event)
            for subscriber in subscribers:
                self.stdout.write(f"  → {subscriber}")
