"""The little of OData that a calendar's client needs: $filter, $expand, $select and pages."""

import re
from typing import Any
from urllib.parse import urlencode

from .answers import Call, GraphError
from .events import property_key, render
from .store import KeptEvent

PAGE = 10
_BY_PROPERTY = re.compile(
    r"singleValueExtendedProperties/[Aa]ny\((\w+): ?\1/id eq '((?:[^']|'')*)' "
    r"and \1/value eq '((?:[^']|'')*)'\)\Z"
)
_EXPANDED = re.compile(r"singleValueExtendedProperties\(\$filter=id eq '((?:[^']|'')*)'\)\Z")


def matches(event: KeptEvent, condition: str) -> bool:
    """Whether an event passes $filter; the value of a property is compared without its case."""
    found = _BY_PROPERTY.match(condition)
    if found is None:
        raise GraphError(400, "ErrorInvalidUrlQueryFilter", "The query filter is not supported.")
    value = event.properties.get(property_key(found[2].replace("''", "'")))
    return value is not None and value.lower() == found[3].replace("''", "'").lower()


def show(event: KeptEvent, call: Call) -> dict[str, Any]:
    """The event with the fields that $select and $expand ask for."""
    shown = render(event, call)
    wanted = call.query.get("$select")
    if wanted:
        names = {name.strip() for name in wanted.split(",")}
        unknown = names - shown.keys() - {"transactionId"}
        if unknown:
            raise GraphError(400, "BadRequest", f"Could not find a property named {unknown}.")
        shown = {
            name: value for name, value in shown.items() if name in {"@odata.etag", "id", *names}
        }
    expanded = call.query.get("$expand")
    if expanded:
        found = _EXPANDED.match(expanded)
        if found is None:
            raise GraphError(400, "BadRequest", "The expansion is not supported.")
        property_id = found[1].replace("''", "'")
        value = event.properties.get(property_key(property_id))
        if value is not None:
            shown["singleValueExtendedProperties"] = [{"id": property_id, "value": value}]
    return shown


def page(events: list[KeptEvent], call: Call, largest: int) -> dict[str, Any]:
    """One page of a list, with the address of the next one if there is more."""
    try:
        size = min(int(call.query.get("$top", PAGE)), largest)
        skip = int(call.query.get("$skip", 0))
    except ValueError as problem:
        raise GraphError(400, "BadRequest", "$top and $skip are numbers.") from problem
    answer: dict[str, Any] = {"value": [show(event, call) for event in events[skip : skip + size]]}
    if skip + size < len(events):
        query = urlencode({**call.query, "$skip": str(skip + size)})
        answer["@odata.nextLink"] = f"{call.base}{call.path}?{query}"
    return answer
