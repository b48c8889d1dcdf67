"""The road file: a head that describes columns, and the columns, mapped by every process.

    8 bytes   MAGIC
    4 × u32   version, length of the description, its checksum, checksum of the columns
    JSON      {"about": {…}, "size": …, "columns": {name: [dtype, shape, offset]}}
    columns   each begins at a multiple of 64 bytes

Everything is little-endian; checksums are CRC-32.
"""

import json
import os
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.roads.packed import Array

MAGIC = b"DOORROAD"
# Counts up with every change of the columns or their meaning, speeds and factors included.
VERSION = 1
_HEAD = struct.Struct("<8sIIII")
_ALIGNED = 64
_LONGEST_DESCRIPTION = 1 << 20
_PIECE = 1 << 24
_BUILD_AGAIN = "Build it again: doorstep roads build EXTRACT.osm.pbf"


@dataclass(frozen=True, slots=True)
class RoadFile:
    """An open file. `about` says what it was made of; the columns cannot be written to."""

    path: Path
    about: Mapping[str, Any]
    columns: Mapping[str, Array]
    size: int


def write_road_file(path: Path, *, about: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    """Write to a neighbor first and rename it, so that nobody ever maps half a file."""
    plain = {name: _little_endian(column) for name, column in columns.items()}
    places: dict[str, tuple[str, tuple[int, ...], int]] = {}
    at = 0
    for name, column in plain.items():
        places[name] = (column.dtype.str, column.shape, at)
        at += -(-column.nbytes // _ALIGNED) * _ALIGNED
    description = json.dumps({"about": about, "size": at, "columns": places}).encode()
    description += b" " * (-(_HEAD.size + len(description)) % _ALIGNED)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "wb") as file:
            file.write(bytes(_HEAD.size) + description)
            checksum = 0
            for column in plain.values():
                data = column.tobytes()
                data += bytes(-len(data) % _ALIGNED)
                checksum = crc32(data, checksum)
                file.write(data)
            file.seek(0)
            file.write(_HEAD.pack(MAGIC, VERSION, len(description), crc32(description), checksum))
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def open_road_file(path: Path) -> RoadFile:
    """Map a road file, after reading it once for its checksum. Raises BadRoadFile."""
    try:
        with open(path, "rb") as file:
            version, description, begin, checksum = _head(path, file.read(_HEAD.size), file)
            size = os.fstat(file.fileno()).st_size
            if size != begin + description["size"]:
                raise BadRoadFile(path, f"it is cut off or has something added. {_BUILD_AGAIN}")
            if _checksum(file, begin) != checksum:
                raise BadRoadFile(path, f"it is damaged. {_BUILD_AGAIN}")
            data = np.memmap(file, np.uint8, "r")
    except FileNotFoundError:
        raise BadRoadFile(path, f"there is no such file. {_BUILD_AGAIN}") from None
    except OSError as error:
        raise BadRoadFile(path, f"it cannot be read: {error.strerror or error}.") from error
    columns = {
        name: np.ndarray(tuple(shape), np.dtype(kind), data, begin + offset)
        for name, (kind, shape, offset) in description["columns"].items()
    }
    about = {**description["about"], "version": version}
    return RoadFile(path, about, columns, size)


def _head(path: Path, head: bytes, file: Any) -> tuple[int, dict[str, Any], int, int]:
    """Version, description, where the columns begin, and their checksum."""
    if not head.startswith(MAGIC):
        raise BadRoadFile(
            path, "this is not a road file. Build one: doorstep roads build EXTRACT.osm.pbf"
        )
    if len(head) < _HEAD.size:
        raise BadRoadFile(path, f"it is cut off. {_BUILD_AGAIN}")
    _magic, version, length, own_checksum, checksum = _HEAD.unpack(head)
    if version != VERSION:
        age = "an older" if version < VERSION else "a newer"
        raise BadRoadFile(path, f"it was written by {age} version of Doorstep. {_BUILD_AGAIN}")
    text = file.read(length) if length <= _LONGEST_DESCRIPTION else b""
    if len(text) != length or crc32(text) != own_checksum:
        raise BadRoadFile(path, f"it is damaged. {_BUILD_AGAIN}")
    return version, json.loads(text), _HEAD.size + length, checksum


def _checksum(file: Any, begin: int) -> int:
    file.seek(begin)
    checksum = 0
    while piece := file.read(_PIECE):
        checksum = crc32(piece, checksum)
    return checksum


def _little_endian(column: Array) -> Array:
    return np.ascontiguousarray(column, column.dtype.newbyteorder("<"))
