"""`doorstep replan`: improve days now, or find new places for somebody's visits."""

import json
from argparse import ArgumentParser
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.domain.organization.selectors import get_company
from doorstep.domain.resources.models import BookableResource
from doorstep.engine.replan import Effort
from doorstep.platform.lib.site_time import (
    format_short_day,
    format_time,
    local_day,
    parse_day,
)

from ...models import Booking
from ...services.replan import Replanned, UnkeptReason, repair_day, replan_days

_REASONS = {
    UnkeptReason.NOBODY_MAY: "nobody else who works then may do it",
    UnkeptReason.NO_TIME: "those who may do it have no time inside the promise",
    UnkeptReason.UNDER_WAY: "it is under way",
    UnkeptReason.PINNED: "it is pinned",
    UnkeptReason.SEVERAL_PEOPLE: "several people come together",
    UnkeptReason.CHANGED_MEANWHILE: "somebody changed it or its day meanwhile: try again",
}


class Command(BaseCommand):
    help = "Improve days inside every promise, or repair them for somebody who is away or late."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", required=True, help="first day, YYYY-MM-DD")
        parser.add_argument("--days", type=int, default=1)
        parser.add_argument("--resource", help="name or id: repair the days of this resource")
        parser.add_argument(
            "--late-until", help="with --resource: it is held up until then, HH:MM on the first day"
        )
        parser.add_argument("--seconds", type=float, help="default: the company's setting, per day")
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        company = get_company()
        zone = ZoneInfo(company.time_zone)
        try:
            first = parse_day(options["date"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        if not 1 <= options["days"] <= 60:
            raise CommandError("Between 1 and 60 days can be replanned at once.")
        last = first + timedelta(days=options["days"] - 1)
        seconds = options["seconds"] or float(company.replan_seconds * options["days"])
        if seconds <= 0:
            raise CommandError("The seconds must be positive.")
        effort = Effort(seconds=seconds)
        now, is_dry_run = timezone.now(), options["dry_run"]
        if options["late_until"] and not options["resource"]:
            raise CommandError("--late-until needs --resource.")
        if options["resource"]:
            late_until = None
            if options["late_until"]:
                late_until = _at(options["late_until"], first, zone)
            found = repair_day(
                resource=_resource(options["resource"]),
                first=first,
                last=last,
                now=now,
                effort=effort,
                late_until=late_until,
                is_dry_run=is_dry_run,
            )
        else:
            found = replan_days(
                first=first, last=last, now=now, effort=effort, is_dry_run=is_dry_run
            )
        names = dict(BookableResource.objects.values_list("pk", "name"))
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(found, names), indent=2))
        else:
            self._print(found, names, zone, is_dry_run=is_dry_run)

    def _print(
        self, found: Replanned, names: dict[int, str], zone: ZoneInfo, *, is_dry_run: bool
    ) -> None:
        self.stdout.write(
            f"{len(found.moves)} visits change, travel {found.travel_before_s / 3600:.1f} h → "
            f"{found.travel_after_s / 3600:.1f} h{' (nothing is written)' if is_dry_run else ''}"
        )
        for move in found.moves:
            who = names[move.new_resource_id]
            if move.new_resource_id != move.old_resource_id:
                who = f"{names[move.old_resource_id]} → {who}"
            day = format_short_day(local_day(move.arrives_at, zone))
            skipped = "" if move.is_written or is_dry_run else "  changed meanwhile, left alone"
            self.stdout.write(
                f"  {_label(move.booking_id):<12} {day} "
                f"{format_time(move.old_arrives_at, zone)} → {format_time(move.arrives_at, zone)}"
                f"  {who}{skipped}"
            )
        if found.unkept:
            self.stdout.write("Cannot be kept, and stays where it is:")
        for each in found.unkept:
            self.stdout.write(f"  {_label(each.booking_id):<12} {_REASONS[each.reason]}")


def _as_data(found: Replanned, names: dict[int, str]) -> dict[str, Any]:
    return {
        "travel_before_seconds": found.travel_before_s,
        "travel_after_seconds": found.travel_after_s,
        "moves": [
            {
                "booking": _label(move.booking_id),
                "from": names[move.old_resource_id],
                "to": names[move.new_resource_id],
                "old_arrives_at": move.old_arrives_at.isoformat(),
                "arrives_at": move.arrives_at.isoformat(),
                "is_written": move.is_written,
            }
            for move in found.moves
        ],
        "unkept": [
            {
                "booking": _label(each.booking_id),
                "reason": each.reason,
                "text": _REASONS[each.reason],
            }
            for each in found.unkept
        ],
    }


def _label(booking_id: int) -> str:
    return str(Booking.objects.select_related("work_order").get(pk=booking_id))


def _at(text: str, day: Any, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day, time.fromisoformat(text), zone)
    except ValueError:
        raise CommandError(f"{text!r} is not a time of day in the form 14:00.") from None


def _resource(text: str) -> BookableResource:
    rows = list(BookableResource.objects.filter(name__iexact=text)[:2])
    if not rows and text.isdigit():
        rows = list(BookableResource.objects.filter(pk=int(text)))
    if not rows:
        raise CommandError(f"There is no bookable resource {text!r}.")
    if len(rows) > 1:
        raise CommandError(f"Several are called {text!r}: give the id of the bookable resource.")
    return rows[0]
