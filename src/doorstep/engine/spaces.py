"""What days leave free in any order: worked out once, kept from search to search.

`spaces` and `has_space` are plain functions over sequences, so that they can be compiled.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from doorstep.engine.rows import Rows
from doorstep.engine.subsets import FAR

# Spaces kept per day, three numbers each.
MOST_SPACES = 12


class Spaces:
    """What days leave free in any order (`spaces`), kept from search to search.

    A row's segment of stops is never written to twice, so what was found in it holds as long as
    the row begins at the same place of the array, for the same speed and the same estimate.
    """

    def __init__(self) -> None:
        self.first: npt.NDArray[np.int32] = np.zeros(0, np.int32)
        self.speeds: npt.NDArray[np.float64] = np.zeros(0)
        self.table: npt.NDArray[np.int32] = np.zeros((0, 3 * MOST_SPACES), np.int32)
        self._of: tuple[int, float, int] | None = None

    def of(self, rows: Rows, per_m: float, fixed_s: int) -> "Spaces":
        """These, empty if they are of other stops or of another estimate."""
        about = (rows.sweeps, per_m, fixed_s)
        if self._of != about or len(self.first) != len(rows.header):
            count = len(rows.header)
            self.first = np.full(count, -1, np.int32)
            self.speeds = np.empty(count)
            self.table = np.empty((count, 3 * MOST_SPACES), np.int32)
            self._of = about
        return self

    def holds(self, row: int, first: int, speed: float) -> bool:
        """Whether the row's spaces are there, and are those of the segment that begins here."""
        return bool(self.first[row] == first and self.speeds[row] == speed)

    def keep(self, row: int, first: int, speed: float, table: list[int]) -> None:
        self.first[row], self.speeds[row], self.table[row] = first, speed, table


def spaces(
    count: int,
    placed: Any,  # these as `subsets.tables` has them
    lead: Any,
    low: Any,
    high: Any,
    length: Any,
    to_s: int,
    has_end: bool,
    early: Any,
    late: Any,
    capped: Any,  # [2**count]: memory
    drives: Any,  # the same
    out: Any,  # [3 × MOST_SPACES], flat; filled
) -> None:
    """What any order of a day leaves free for one more stop, whatever that is.

    A space (from, to, drive) holds every way to do some of the stops before the new one and the
    others after it: the new stop begins at `from` plus the way to it or later, and is over by the
    smaller of `to` and `drive` less the way onward. Of two ways the one that leaves less is
    dropped, and the closest are made one where there are too many: no day is ever shown with less
    room than it has. Unused spaces are empty.
    """
    width = count + 2
    home = count + 1
    full = (1 << count) - 1
    all_placed = 0
    for index in range(count):
        if placed[index]:
            all_placed |= 1 << index
    kept = 0
    for rest in range(full + 1):
        # As `rooms` counts it with no way onward; `drive` as if only the next drive ended it.
        to, drive = -FAR, -FAR
        if rest == 0 and not has_end:
            to, drive = to_s, FAR
        if has_end and rest & all_placed == 0:
            to = max(to, late[rest * width + home])
            drive = max(drive, late[rest * width + home])
        for index in range(count):
            bit = 1 << index
            if not rest & bit:
                continue
            if placed[index]:
                start = min(high[index], late[(rest ^ bit) * width + index + 1] - length[index])
                if start >= low[index]:
                    to, drive = max(to, start), max(drive, start)
            else:
                start = min(high[index], capped[rest ^ bit] - length[index])
                if start >= low[index]:
                    to = max(to, start - lead[index])
                    drive = max(drive, drives[rest ^ bit] - length[index] - lead[index])
        capped[rest], drives[rest] = to, drive
        start = FAR
        for place in range(home):
            start = min(start, early[(full ^ rest) * width + place])
        if start > to or start > drive:
            continue
        closest, least = 0, FAR * 4
        is_held = False
        for at in range(kept):
            begin, end, last = out[3 * at], out[3 * at + 1], out[3 * at + 2]
            if begin <= start and end >= to and last >= drive:
                is_held = True
                break
            more = max(begin - start, 0) + max(to - end, 0) + max(drive - last, 0)
            if more < least:
                closest, least = at, more
        if is_held:
            continue
        if kept == MOST_SPACES:
            out[3 * closest] = min(out[3 * closest], start)
            out[3 * closest + 1] = max(out[3 * closest + 1], to)
            out[3 * closest + 2] = max(out[3 * closest + 2], drive)
            continue
        at = 0
        while at < kept:
            if start <= out[3 * at] and to >= out[3 * at + 1] and drive >= out[3 * at + 2]:
                kept -= 1
                for column in range(3):
                    out[3 * at + column] = out[3 * kept + column]
            else:
                at += 1
        out[3 * kept], out[3 * kept + 1], out[3 * kept + 2] = start, to, drive
        kept += 1
    for at in range(kept, MOST_SPACES):
        out[3 * at], out[3 * at + 1], out[3 * at + 2] = FAR, -FAR, -FAR


def has_space(
    kept: Any,  # [3 × MOST_SPACES]: what `spaces` filled
    there_s: int,  # no way to the new stop is shorter
    onward_s: int,  # no way onward is shorter
    duration_s: int,
    targets: Any,  # flat: from and to per target, in order of from
) -> bool:
    """Whether a stop of this length could be done at one of the targets; "no" is certain."""
    for at in range(MOST_SPACES):
        first = kept[3 * at] + there_s
        last = min(kept[3 * at + 1], kept[3 * at + 2] - onward_s) - duration_s
        if first > last:
            continue
        for number in range(len(targets) // 2):
            if targets[2 * number] > last:
                break
            if targets[2 * number + 1] >= first:
                return True
    return False
