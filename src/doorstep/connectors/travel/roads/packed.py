"""Milliseconds and decimetres in one 64-bit integer, time in the upper half."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Packed = npt.NDArray[np.int64]

DISTANCE_BITS = 32
_DISTANCE = (1 << DISTANCE_BITS) - 1
# About three days: longer than any way that is driven, and two of them do not overflow.
FAR = 1 << 60


def pack(milliseconds: Array, decimetres: Array) -> Packed:
    """Both rounded up, so that nothing becomes faster than it is."""
    time = np.ceil(milliseconds).astype(np.int64) << DISTANCE_BITS
    return time + np.ceil(decimetres).astype(np.int64)


def milliseconds(packed: Packed) -> Packed:
    return packed >> DISTANCE_BITS


def metres(packed: Packed) -> npt.NDArray[np.float64]:
    return (packed & _DISTANCE) / 10


def share(packed: Packed, fraction: Array) -> Packed:
    """That part of a way, rounded up; FAR stays FAR."""
    part = pack((packed >> DISTANCE_BITS) * fraction, (packed & _DISTANCE) * fraction)
    return np.where(packed >= FAR, FAR, part)
