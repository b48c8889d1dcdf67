"""Functional locations in the order of their tree, with how deep each lies."""

from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Concat

from doorstep.domain.customers.models import FunctionalLocation

# Deeper ones are listed, but not indented further.
DEEPEST = 5
_BETWEEN = "\x1f"  # sorts before every letter


def tree_path() -> Concat:
    """The names from the root down to the row: to annotate, and to order by."""
    parts = []
    for level in range(DEEPEST, 0, -1):
        name = "__".join(["parent"] * level) + "__name"
        parts.append(
            Case(
                When(**{f"{name}__isnull": False}, then=Concat(F(name), Value(_BETWEEN))),
                default=Value(""),
                output_field=TextField(),
            )
        )
    return Concat(*parts, F("name"), output_field=TextField())


def depth_of(location: FunctionalLocation) -> int:
    """0 for a root; of a row annotated with `tree_path`."""
    path: str = getattr(location, "tree_path", "")
    return path.count(_BETWEEN)
