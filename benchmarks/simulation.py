"""What customers are offered and what it costs to drive, policies side by side (a short run)."""

from benchmarks.measure import Row
from doorstep.engine.simulation.policies import POLICIES
from doorstep.engine.simulation.table import as_text, compare
from doorstep.engine.simulation.town import Town, town_scene

TECHNICIANS, DAYS, DEMANDS, SEEDS = 10, 5, (280, 500), 1
HINDSIGHT_S = 20


def run() -> list[Row]:
    """Half the size of the study, one seed; `doorstep simulate` has the whole of it."""
    rows = []
    for demand in DEMANDS:
        scenes = [town_scene(Town(TECHNICIANS, DAYS, demand, seed)) for seed in range(SEEDS)]
        lines = compare(scenes, POLICIES.values(), hindsight_s=HINDSIGHT_S)
        print(f"\n{demand} customers, {TECHNICIANS} technicians × {DAYS} days\n{as_text(lines)}")
        for line in lines:
            search_s = line.means["search_ms"] / 1000
            if search_s:
                rows.append(
                    Row(
                        f"{demand}: mean search, {line.title}",
                        search_s,
                        search_s,
                        demand,
                        ratio=line.of_hindsight,
                        of="of hindsight's customers",
                    )
                )
    return rows
