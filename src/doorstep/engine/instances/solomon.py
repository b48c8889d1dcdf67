"""Solomon's format of vehicle routing with time windows: one depot, equal vehicles.

A name; a line with the number of vehicles and their capacity under the heading VEHICLE; then under
CUSTOMER one line each of number, x, y, demand, ready time, due date and service time. Number 0 is
the depot. Lines that are not numbers are headings. Due dates are the latest begin of service.
"""

from .plane import BadInstance, Customer, Instance, Vehicle


def read_solomon(text: str) -> Instance:
    """Raises BadInstance."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if not lines:
        raise BadInstance("the file is empty")
    numbers = [row for line in lines[1:] if (row := _numbers(line)) is not None]
    if not numbers or len(numbers[0]) != 2:
        raise BadInstance("the number of vehicles and their capacity are missing")
    count, capacity = int(numbers[0][0]), int(numbers[0][1])
    rows = numbers[1:]
    if any(len(row) != 7 for row in rows):
        raise BadInstance("a customer needs seven numbers")
    if not rows or rows[0][0] != 0:
        raise BadInstance("customer 0, the depot, has to come first")
    _id, x, y, _demand, opens, closes, _service = rows[0]
    return Instance(
        " ".join(lines[0]),
        tuple(Vehicle(number, x, y, opens, closes, capacity) for number in range(1, count + 1)),
        tuple(
            Customer(int(row[0]), row[1], row[2], row[4], row[5], row[6], int(row[3]))
            for row in rows[1:]
        ),
    )


def read_best_known(text: str) -> dict[str, float]:
    """A name and a value per line, by name in capitals; # begins a comment. Raises BadInstance."""
    found = {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 2:
            raise BadInstance(f"{line!r} is not a name and a value")
        try:
            found[words[0].upper()] = float(words[1])
        except ValueError:
            raise BadInstance(f"{words[1]!r} is not a number") from None
    return found


def _numbers(words: list[str]) -> list[float] | None:
    try:
        return [float(word) for word in words]
    except ValueError:
        return None
