"""What a customer has chosen so far, kept in her session until the visit is booked."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from .requests import ContactRequest, VisitRequest

_BOOKING, _MOVES = "booking_draft", "move_holds"
_KEPT_MOVES = 5


@dataclass(slots=True)
class Draft:
    """`details` may be longer than is accepted: what was typed is not thrown away."""

    has_chosen_asset: bool = False
    asset: int | None = None
    service: int | None = None
    wanted: str = ""
    hold: str = ""
    details: str = ""


def load_draft(request: ContactRequest) -> Draft:
    stored: dict[str, Any] = request.session.get(_BOOKING, {})
    known = {field.name for field in fields(Draft)}
    return Draft(**{name: value for name, value in stored.items() if name in known})


def save_draft(request: ContactRequest, draft: Draft) -> None:
    request.session[_BOOKING] = asdict(draft)


def clear_draft(request: ContactRequest) -> None:
    request.session.pop(_BOOKING, None)


def move_hold(request: VisitRequest, *, code: str) -> str:
    """The code of the hold for moving the visit `code`, or nothing."""
    return str(request.session.get(_MOVES, {}).get(code, ""))


def save_move_hold(request: VisitRequest, *, code: str, hold: str) -> None:
    """An empty `hold` forgets it."""
    kept = {key: value for key, value in request.session.get(_MOVES, {}).items() if key != code}
    if hold:
        kept[code] = hold
    request.session[_MOVES] = dict(list(kept.items())[-_KEPT_MOVES:])
