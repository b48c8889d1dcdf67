"""Public instances are read, solved and checked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from doorstep.engine.instances.plane import BadInstance, Instance, Plane, point
from doorstep.engine.instances.solomon import read_best_known, read_solomon
from doorstep.engine.instances.solve import solve_instance
from doorstep.engine.instances.trsp import read_trsp
from doorstep.engine.replan import Effort

DATA = Path(__file__).parent / "data"
FOUR, CREW = (DATA / "four.txt").read_text(), (DATA / "crew.txt").read_text()
EFFORT = Effort(rounds=300)


def test_solomons_format_is_read() -> None:
    four = read_solomon(FOUR)
    assert (four.name, len(four.vehicles), len(four.customers)) == ("four", 2, 4)
    third = four.customers[2]
    assert (third.x, third.y, third.demand, third.closes, third.service) == (-10, 0, 10, 100, 10)


def test_an_instance_is_served_at_its_least_length() -> None:
    solved = solve_instance(read_solomon(FOUR), EFFORT)
    assert solved.is_feasible
    assert (solved.vehicles, solved.length) == (2, pytest.approx(80))


def test_a_vehicle_carries_no_more_than_its_capacity() -> None:
    """One vehicle could drive to all four in time; it can carry two."""
    alone = read_solomon(FOUR.replace("  2         20", "  1         20"))
    assert solve_instance(alone, EFFORT).served == 2


def test_who_is_not_served_makes_it_infeasible() -> None:
    alone = read_solomon(FOUR.replace("  2         20", "  1         20"))
    assert not solve_instance(alone, EFFORT).is_feasible


def test_pillacs_format_is_read() -> None:
    crew = read_trsp(CREW)
    assert [(each.x, each.skills, each.tools) for each in crew.vehicles] == [
        (10, {0}, set()),
        (-10, {0, 1}, {0}),
    ]
    assert [each.id for each in crew.customers] == [3, 4, 5, 6]


def test_skills_and_tools_say_who_may_come() -> None:
    """Number 4 needs the far technician, who then passes by 3; nobody has what 6 asks for."""
    solved = solve_instance(read_trsp(CREW), EFFORT)
    assert (solved.customers, solved.served) == (4, 3)
    assert solved.length == pytest.approx(24 + 26 + 2)
    assert solved.violations == ()


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_solomon, ""),
        (read_solomon, "name\nVEHICLE\nNUMBER CAPACITY\n"),
        (read_solomon, FOUR.replace("         0        200         0", "         0")),
        (read_solomon, FOUR.replace("    0      0         0        0", "    9      0  0  0")),
        (read_trsp, "name"),
        (read_trsp, CREW.replace("        2        2        1             1", "two")),
        (read_trsp, CREW.replace("        2        2        1             1", "9 2 1 1")),
        (read_trsp, CREW.replace("[3]", "")),
        (read_trsp, CREW + "DISTANCES\n"),
        (read_best_known, "R101"),
        (read_best_known, "R101 many"),
    ],
)
def test_another_file_is_refused(read: Callable[[str], Instance], text: str) -> None:
    with pytest.raises(BadInstance):
        read(text)


def test_a_place_beyond_the_plane_is_refused() -> None:
    with pytest.raises(BadInstance):
        point(1e9, 0)


def test_best_known_lengths_are_read_by_name() -> None:
    assert read_best_known("# of the year\nr101 1642.9\n\nC101 828.9 # easy\n") == {
        "R101": 1642.9,
        "C101": 828.9,
    }


def test_travel_on_the_plane_is_as_the_crow_flies() -> None:
    assert Plane().seconds(point(0, 0), point(3, 4)) == 5_000


def test_the_command_prints_the_ratio_to_the_best_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    best = tmp_path / "best.txt"
    best.write_text("four 80\n")
    call_command("bench", "vrptw", str(DATA / "four.txt"), best=best, seconds=0.1)
    told = capsys.readouterr().out
    assert "1.0000" in told
    assert "ok" in told


def test_the_command_tells_programs_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bench", "trsp", str(DATA / "crew.txt"), seconds=0.1, json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["name"], row["served"], row["is_feasible"]) == ("crew", 3, False)


def test_the_command_names_the_file_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.txt"):
        call_command("bench", "vrptw", str(tmp_path / "missing.txt"))
