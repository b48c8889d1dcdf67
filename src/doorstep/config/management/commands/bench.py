"""`doorstep bench`: how the engine does on public instances. Needs no database."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from doorstep.engine.instances.plane import BadInstance, Instance
from doorstep.engine.instances.solomon import read_best_known, read_solomon
from doorstep.engine.instances.solve import Solved, solve_instance
from doorstep.engine.instances.trsp import read_trsp
from doorstep.engine.replan import Effort

READERS = {"vrptw": read_solomon, "trsp": read_trsp}


class Command(BaseCommand):
    help = "Book the customers of public instances one by one, replan, and check the result."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True)
        for kind, what in (
            ("vrptw", "files in Solomon's format"),
            ("trsp", "files in Pillac's format of technician routing"),
        ):
            one = kinds.add_parser(kind, help=what)
            one.add_argument("files", nargs="+", type=Path)
            one.add_argument(
                "--best", type=Path, help="best known lengths: name and value per line"
            )
            one.add_argument("--seconds", type=float, default=10.0, help="of replanning per file")
            one.add_argument("--seed", type=int, default=0)
            one.add_argument("--json", action="store_true")

    def handle(self, *args: object, **options: Any) -> None:
        if options["seconds"] <= 0:
            raise CommandError("The seconds must be positive.")
        best: Mapping[str, float] = {}
        if options["best"]:
            best = _read(options["best"], read_best_known)
        found = []
        if not options["json"]:
            self.stdout.write(_HEAD)
        for path in options["files"]:
            instance: Instance = _read(path, READERS[options["kind"]])
            began = time.monotonic()
            solved = solve_instance(
                instance, Effort(seconds=options["seconds"]), seed=options["seed"]
            )
            row = _as_data(solved, best.get(instance.name.upper()), time.monotonic() - began)
            found.append(row)
            if not options["json"]:
                self.stdout.write(_line(row))
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
        else:
            ratios = [row["ratio"] for row in found if row["ratio"]]
            if ratios:
                self.stdout.write(
                    f"{len(ratios)} with a best known length: "
                    f"mean ratio {sum(ratios) / len(ratios):.4f}, worst {max(ratios):.4f}"
                )


_HEAD = (
    f"{'':<24}{'served':>9}{'vehicles':>10}{'inserted':>11}{'replanned':>11}"
    f"{'best':>10}{'ratio':>8}{'s':>7}  check"
)


def _read(path: Path, reader: Any) -> Any:
    try:
        return reader(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except BadInstance as error:
        raise CommandError(f"{path}: {error}") from error


def _as_data(solved: Solved, best: float | None, seconds: float) -> dict[str, Any]:
    return {
        "name": solved.name,
        "customers": solved.customers,
        "booked": solved.booked,
        "served": solved.served,
        "vehicles": solved.vehicles,
        "inserted_length": round(solved.inserted_length, 2),
        "length": round(solved.length, 2),
        "best": best,
        "ratio": solved.length / best if best and solved.is_feasible else None,
        "seconds": round(seconds, 1),
        "is_feasible": solved.is_feasible,
        "violations": list(solved.violations),
    }


def _line(row: dict[str, Any]) -> str:
    best = "" if row["best"] is None else f"{row['best']:.1f}"
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.4f}"
    check = "ok" if not row["violations"] else f"{len(row['violations'])} violations"
    served = f"{row['served']}/{row['customers']}"
    return (
        f"{row['name']:<24}{served:>9}{row['vehicles']:>10}{row['inserted_length']:>11.1f}"
        f"{row['length']:>11.1f}{best:>10}{ratio:>8}{row['seconds']:>7.1f}  {check}"
    )
