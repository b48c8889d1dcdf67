"""A history entry's details in words: field: old → new."""

from collections.abc import Iterator
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from doorstep.platform.audit.models import LogEntry


def words_of(entry: LogEntry) -> SafeString:
    """Lines of HTML; empty when the action says all."""
    return format_html_join(
        "", '<span class="office-change">{}</span>', ((line,) for line in _lines(entry.data))
    )


def _lines(data: dict[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        if name == "changes":
            yield from _changes(value)
        elif name == "rows":
            for row in value:
                yield from _row(row)
        else:
            yield f"{_label(name)}: {_text(value)}"


def _row(row: dict[str, Any]) -> Iterator[str]:
    kind = _label(str(row.get("row", "")).rpartition(".")[2])
    for what, said in (
        ("added", _("%(kind)s added: %(row)s")),
        ("changed", _("%(kind)s changed: %(row)s")),
        ("deleted", _("%(kind)s deleted: %(row)s")),
    ):
        if what in row:
            yield said % {"kind": kind, "row": row[what]}
    yield from _changes(row.get("changes", {}))


def _changes(changes: dict[str, Any]) -> Iterator[str]:
    for name, change in changes.items():
        old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
        yield f"{_label(name)}: {_text(old)} → {_text(new)}"


def _label(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return str(value)
