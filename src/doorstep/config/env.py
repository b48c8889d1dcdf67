"""Typed readers for environment variables: one place, and a wrong value is named at start."""

import os
from pathlib import Path


class BadEnvironment(Exception):
    """An environment variable is missing or cannot be understood."""


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, or of the file named by `name`_FILE (for secrets mounted as files).

    Raises BadEnvironment when there is neither a value nor a default.
    """
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadEnvironment(f"{name}_FILE points to {path}: {error.strerror}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise BadEnvironment(f"{name} must be set")
    return value


def flag(name: str, default: bool) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off or nothing."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise BadEnvironment(f"{name} must be true or false, not {value!r}")


def number(name: str, default: int, *, minimum: int = 0) -> int:
    """A whole number, at least `minimum`."""
    value = text(name, str(default))
    try:
        parsed = int(value)
    except ValueError:
        raise BadEnvironment(f"{name} must be a whole number, not {value!r}") from None
    if parsed < minimum:
        raise BadEnvironment(f"{name} must be at least {minimum}, not {parsed}")
    return parsed


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without empty parts."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
