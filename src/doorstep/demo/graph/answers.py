"""One call to Graph and one answer, before they become HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Call:
    """`path` is decoded and begins after the version, `query` has one value per name, header names
    are in lower case. `base` is the address of the version, for links in answers."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    base: str = ""

    def prefers(self, wish: str) -> bool:
        """Whether the Prefer header has this wish; spaces and case do not count."""
        return wish.lower() in {part.lower() for part in self.wishes()}

    def wishes(self) -> list[str]:
        return [part.strip().replace(" ", "") for part in self.headers.get("prefer", "").split(",")]


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is JSON, None for none; `raw` goes before it. Status 0 is no answer at all."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    code: str = ""
    retry_after_s: float | None = None
    is_for_account: bool = False


class GraphError(Exception):
    """A call is refused; `answer` says how."""

    def __init__(self, status: int, code: str, message: str = "", **more: Any) -> None:
        super().__init__(f"{status} {code}")
        self.answer = error(status, code, message, **more)


def error(
    status: int,
    code: str,
    message: str = "",
    *,
    retry_after: str | None = None,
    retry_after_s: float | None = None,
    is_for_account: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> Answer:
    """An error as Graph words it; `extra` goes beside code and message."""
    inner = {
        "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
        "request-id": str(uuid4()),
        "client-request-id": str(uuid4()),
    }
    body = {"error": {"code": code, "message": message or code, "innerError": inner}}
    body["error"].update(extra or {})
    if retry_after is None and retry_after_s is not None:
        retry_after = f"{retry_after_s:.0f}"
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(
        status,
        body,
        headers,
        code=code,
        retry_after_s=retry_after_s,
        is_for_account=is_for_account,
    )
