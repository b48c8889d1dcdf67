"""What can be wrong with a map extract or a road file, told for people: the file and what to do."""

from pathlib import Path


class RoadsError(Exception):
    """The base; the text names the file and says what to do."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path = path


class BadExtract(RoadsError):
    """The map extract cannot be read, or no roads can be made of it."""


class BadRoadFile(RoadsError):
    """The road file is missing, broken, foreign or of another version."""
