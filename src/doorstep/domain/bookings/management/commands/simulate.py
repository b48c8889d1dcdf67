"""`doorstep simulate`: one week under several policies, made up or the company's own."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from doorstep.domain.organization.models import Portal
from doorstep.domain.organization.selectors import get_default_portal
from doorstep.engine.simulation.hindsight import NoSolver
from doorstep.engine.simulation.policies import POLICIES, Policy
from doorstep.engine.simulation.scene import Scene
from doorstep.engine.simulation.table import Line, as_text, compare
from doorstep.engine.simulation.town import Town, town_scene
from doorstep.engine.simulation.week import ROUNDS, Options
from doorstep.platform.lib.errors import DomainError
from doorstep.platform.lib.site_time import NotADay, parse_day

from ...simulation import load_scene

LOOSE, TIGHT = 560, 1000
HINDSIGHT = "hindsight"


class Command(BaseCommand):
    help = "Let customers come one by one, and compare what policies make of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--policies", help=f"of {', '.join([*POLICIES, HINDSIGHT])}")
        parser.add_argument("--seeds", type=int, help="weeks per demand (default 5, quick 1)")
        parser.add_argument("--demand", help=f"customers, by default {LOOSE},{TIGHT}")
        parser.add_argument("--technicians", type=int, help="default 20")
        parser.add_argument("--days", type=int, help="default 5")
        parser.add_argument("--follows", type=float, help="share who follow the ranking, 0 to 1")
        parser.add_argument("--rounds", type=int, default=ROUNDS, help="of one improvement")
        parser.add_argument("--hindsight", type=int, help="seconds for the solver (default 120)")
        parser.add_argument("--quick", action="store_true", help="a small town, one week")
        parser.add_argument(
            "--from-database", action="store_true", help="the visits of this company instead"
        )
        parser.add_argument("--from", dest="first", help="first day, YYYY-MM-DD")
        parser.add_argument("--to", dest="last", help="last day (default: four weeks, to today)")
        parser.add_argument("--portal", help="whose windows are offered (default: the default)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        policies, wants_hindsight = _policies(options["policies"])
        seconds = _or(options["hindsight"], 5 if options["quick"] else 120)
        settings = Options(rounds=options["rounds"], follows=_share(options["follows"]))
        tables: list[list[Line]] = []
        try:
            for title, scenes in _worlds(options):
                lines = compare(
                    scenes,
                    policies,
                    options=settings,
                    hindsight_s=seconds if wants_hindsight else 0,
                    say=self._say if sys.stderr.isatty() else None,
                )
                tables.append(lines)
                if not options["json"]:
                    self.stdout.write(f"\n{title}\n{as_text(lines)}")
        except NoSolver:
            raise CommandError("Hindsight needs the package pyvroom.") from None
        except (DomainError, ValueError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            data = [line.as_data() for lines in tables for line in lines]
            self.stdout.write(json.dumps(data, indent=2))

    def _say(self, text: str) -> None:
        self.stderr.write(f"{text} …")


def _policies(text: str | None) -> tuple[list[Policy], bool]:
    names = text.split(",") if text else [*POLICIES, HINDSIGHT]
    unknown = [name for name in names if name != HINDSIGHT and name not in POLICIES]
    if unknown:
        raise CommandError(f"There is no policy {unknown[0]!r}: choose of {', '.join(POLICIES)}.")
    return [POLICIES[name] for name in names if name != HINDSIGHT], HINDSIGHT in names


def _worlds(options: dict[str, Any]) -> Iterable[tuple[str, list[Scene]]]:
    seeds = _or(options["seeds"], 1 if options["quick"] else 5)
    if options["from_database"]:
        first, last = _days(options)
        portal = _portal(options["portal"])
        scenes = [
            load_scene(portal=portal, first=first, last=last, seed=seed) for seed in range(seeds)
        ]
        yield f"{len(scenes[0].customers)} visits from {first} to {last}", scenes
        return
    technicians = _or(options["technicians"], 6 if options["quick"] else 20)
    days = _or(options["days"], 3 if options["quick"] else 5)
    demand = options["demand"] or ("100" if options["quick"] else f"{LOOSE},{TIGHT}")
    for customers in demand.split(","):
        yield (
            f"{customers} customers, {technicians} technicians × {days} days, {seeds} weeks",
            [town_scene(Town(technicians, days, int(customers), seed)) for seed in range(seeds)],
        )


def _days(options: dict[str, Any]) -> tuple[date, date]:
    try:
        last = parse_day(options["last"]) if options["last"] else timezone.localdate()
        first = parse_day(options["first"]) if options["first"] else last - timedelta(days=27)
    except NotADay as error:
        raise CommandError(str(error)) from error
    if first > last:
        raise CommandError("The first day is after the last one.")
    return first, last


def _portal(name: str | None) -> Portal:
    try:
        return Portal.objects.get(name=name) if name else get_default_portal()
    except Portal.DoesNotExist:
        raise CommandError("There is no such portal.") from None


def _share(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= 1:
        raise CommandError("The share of those who follow lies between 0 and 1.")
    return value


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
