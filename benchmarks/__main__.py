"""`make bench`: run the benchmarks, print one table, write var/bench/<name>.json."""

import argparse
import json
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    booking,
    calendars,
    messages,
    replan,
    roads,
    search,
    service,
    simulation,
    tracking,
)
from benchmarks.measure import Row

SUITES = {
    "search": search.run,
    "service": service.run,
    "booking": booking.run,
    "messages": messages.run,
    "tracking": tracking.run,
    "calendars": calendars.run,
    "roads": roads.run,
    "simulation": simulation.run,
    "replan": replan.run,
}
OUTPUT = Path(__file__).resolve().parents[1] / "var" / "bench"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("suites", nargs="*", default=[], help=f"of {', '.join(SUITES)}")
    wanted = parser.parse_args().suites or list(SUITES)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        began = time.monotonic()
        rows = SUITES[name]()
        print_table(name, rows, time.monotonic() - began)
        (OUTPUT / f"{name}.json").write_text(
            json.dumps(
                {
                    "suite": name,
                    "at": datetime.now(UTC).isoformat(),
                    "python": platform.python_version(),
                    "machine": machine(),
                    "rows": [row.as_data() for row in rows],
                },
                indent=2,
            )
        )


def machine() -> str:
    """What the figures were taken on; they are for comparing within one run."""
    return f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def print_table(name: str, rows: list[Row], seconds: float) -> None:
    width = max(len(row.what) for row in rows)
    print(f"\n{name} ({seconds:.0f} s, {machine()}, Python {platform.python_version()})")
    print(f"  {'':<{width}}  {'p50 ms':>9}  {'p95 ms':>9}  {'runs':>5}  ratio")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} {row.of}"
        goal = f" (goal {row.goal})" if row.goal else ""
        print(
            f"  {row.what:<{width}}  {row.p50_s * 1000:>9.3f}  {row.p95_s * 1000:>9.3f}"
            f"  {row.runs:>5}  {ratio}{goal}"
        )


if __name__ == "__main__":
    main()
