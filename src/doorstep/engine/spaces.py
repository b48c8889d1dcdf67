"""What days leave free in any order, kept from search to search."""

import numpy as np
import numpy.typing as npt

from doorstep.engine.reaching import MOST_SPACES
from doorstep.engine.rows import Rows


class Spaces:
    """What days leave free in any order (`reaching.spaces`), kept from search to search.

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
