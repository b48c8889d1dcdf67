"""Send the office's forms the way a browser does: everything the page holds, with some changes."""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client


class Fields(HTMLParser):
    """Names and values of the fields that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self._add(self._select, given.get("value", ""))
        elif tag == "textarea":
            self._text = name
            self._add(name, "")
        elif tag == "input" and kind in {"checkbox", "radio"}:
            if "checked" in given:
                self._add(name, given.get("value", "on"))
        elif tag == "input" and kind not in {"file", "submit", "button"}:
            self._add(name, given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text and self._text in self.values:
            self.values[self._text][-1] += data.removeprefix("\n")

    def _add(self, name: str, value: str) -> None:
        if name and "__prefix__" not in name:
            self.values.setdefault(name, []).append(value)


def fields_of(client: Client, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    parser = Fields()
    parser.feed(answer.content.decode())
    return {name: values for name, values in parser.values.items() if not name.startswith("_")}


def send(client: Client, address: str, /, **changes: Any) -> HttpResponse:
    """Post the page's form with `changes`; None leaves a field out."""
    data = fields_of(client, address) | changes
    return client.post(address, {name: value for name, value in data.items() if value is not None})


def row(prefix: str, number: int = 0, **values: Any) -> dict[str, Any]:
    """A new row of an inline formset that has `number` rows already."""
    total = {f"{prefix}-TOTAL_FORMS": str(number + 1)}
    return total | {f"{prefix}-{number}-{name}": value for name, value in values.items()}


def errors_of(answer: HttpResponse) -> str:
    """Everything the answered form complains of, in one text; empty when it was saved."""
    if answer.status_code != 200:
        return ""
    context: Any = answer.context  # type: ignore[attr-defined]
    return " ".join(str(error) for error in context["errors"])


def said(client: Client, answer: HttpResponse) -> str:
    """The messages shown on the page one is sent to."""
    page = client.get(answer["Location"])
    return " ".join(str(message) for message in page.context["messages"])


def run_dialog(client: Client, address: str, /, **values: Any) -> HttpResponse:
    """Open an action's dialog and submit it, as htmx does."""
    return client.post(
        address,
        {**fields_of(client, address), "_form_submitted": "True", **values},
        headers={"HX-Request": "true"},
    )
