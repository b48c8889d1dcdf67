"""A history entry's details in words: field: old → new."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from doorstep.platform.audit.models import LogEntry

from .times import in_lists

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


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
    kind = kind_words(str(row.get("row", "")))
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


def kind_words(label: str) -> str:
    """ "work order" for "work.workorder"; the label itself for a model that is gone."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def _label(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return in_lists(datetime.fromisoformat(value))
    return str(value)
