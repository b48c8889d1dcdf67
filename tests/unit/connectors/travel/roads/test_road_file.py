"""A road file is good, or it is refused by name with what to do."""

import struct
from pathlib import Path

import numpy as np
import pytest

from doorstep.connectors.travel.roads.errors import BadRoadFile
from doorstep.connectors.travel.roads.file import MAGIC, VERSION, open_road_file, write_road_file

COLUMNS = {"small": np.arange(7, dtype=np.int32), "wide": np.ones((3, 5)), "none": np.zeros(0)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "town.roads"
    write_road_file(path, about={"source": "town"}, columns=COLUMNS)
    return path


def test_what_was_written_is_read_back(path: Path) -> None:
    file = open_road_file(path)

    assert file.about["source"] == "town"
    assert all(np.array_equal(file.columns[name], column) for name, column in COLUMNS.items())


def test_columns_are_mapped_and_cannot_be_changed(path: Path) -> None:
    column = open_road_file(path).columns["small"]

    assert isinstance(column.base, np.memmap)
    with pytest.raises(ValueError):
        column[0] = 1


def test_nothing_is_left_beside_the_file(path: Path) -> None:
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file(path: Path) -> None:
    before = path.read_bytes()

    with pytest.raises(TypeError):
        write_road_file(path, about={"source": object()}, columns=COLUMNS)

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "town.roads"
    folder.mkdir()

    with pytest.raises(OSError):
        write_road_file(folder, about={}, columns=COLUMNS)

    assert list(tmp_path.iterdir()) == [folder]


def with_version(data: bytes, version: int) -> bytes:
    return data[:8] + struct.pack("<I", version) + data[12:]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: b"", "not a road file"),
        (lambda data: b"PK\x03\x04" + data, "not a road file"),
        (lambda data: MAGIC, "cut off"),
        (lambda data: data[:40], "damaged"),
        (lambda data: data[:-1], "cut off"),
        (lambda data: data + b"x", "something added"),
        (lambda data: data[:-100] + b"x" + data[-99:], "damaged"),
        (lambda data: data[:30] + b"x" + data[31:], "damaged"),
        (lambda data: data[:12] + b"\xff\xff\xff\xff" + data[16:], "damaged"),
        (lambda data: with_version(data, 0), "older version"),
        (lambda data: with_version(data, VERSION + 1), "newer version"),
    ],
)
def test_a_bad_file_is_named_and_what_to_do(path: Path, change: object, says: str) -> None:
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]

    with pytest.raises(BadRoadFile, match=rf"town\.roads: .*{says}.*doorstep roads build"):
        open_road_file(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRoadFile, match=r"none\.roads: there is no such file"):
        open_road_file(tmp_path / "none.roads")


def test_a_folder_is_no_road_file(tmp_path: Path) -> None:
    with pytest.raises(BadRoadFile, match="cannot be read"):
        open_road_file(tmp_path)
