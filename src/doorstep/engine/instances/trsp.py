"""Pillac's format of technician routing: Solomon's plane with skills, tools and spare parts.

A name; a heading, column names, and a line with the numbers of technicians, skills, tools and spare
parts; a heading, column names, and one line each for the main depot (number 0), the technicians and
the requests: number, x, y, earliest and latest begin, service time, and three lists in brackets.
The first two list skills and tools by number, the third counts spare parts.

Honored: homes, working days, time windows, service times, skills, and tools, which a technician has
from the start or not at all. Nobody calls at the main depot, so a request for which nobody with the
skills carries the tools stays unserved. Spare parts are taken to be there. Files that bring tables
of distances are refused: they have no places.
"""

import re

from .plane import BadInstance, Customer, Instance, Vehicle

_LIST = re.compile(r"\[([^\]]*)\]")


def read_trsp(text: str) -> Instance:
    """Raises BadInstance."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(line.startswith("DISTANCES") for line in lines):
        raise BadInstance("it gives distances instead of places")
    if len(lines) < 4:
        raise BadInstance("the numbers of technicians, skills, tools and parts are missing")
    counts = lines[3].split()
    if len(counts) != 4 or not counts[0].isdigit():
        raise BadInstance("the fourth line needs four numbers, technicians first")
    technicians = int(counts[0])
    rows = [_row(line) for line in lines[6:]]
    if len(rows) <= technicians:
        raise BadInstance("technicians are missing")
    vehicles = []
    for (id, x, y, opens, closes, _service), skills, tools in rows[1 : technicians + 1]:
        vehicles.append(Vehicle(int(id), x, y, opens, closes, None, skills, tools))
    customers = []
    for (id, x, y, opens, closes, service), skills, tools in rows[technicians + 1 :]:
        customers.append(Customer(int(id), x, y, opens, closes, service, 0, skills, tools))
    return Instance(lines[0], tuple(vehicles), tuple(customers))


def _row(line: str) -> tuple[list[float], frozenset[int], frozenset[int]]:
    lists = [
        frozenset(int(word) for word in re.findall(r"-?\d+", found))
        for found in _LIST.findall(line)
    ]
    try:
        numbers = [float(word) for word in line.split("[")[0].split()]
    except ValueError:
        numbers = []
    if len(numbers) != 6 or len(lists) != 3:
        raise BadInstance(f"{line[:60]!r} is not six numbers and three lists")
    return numbers, lists[0], lists[1]
