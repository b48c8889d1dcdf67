"""Links without sign-in, as the office reads them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doorstep.domain.bookings.codes import CodeState, state_of
from doorstep.domain.bookings.models import BY_HAND, BookingCode
from doorstep.domain.notifications.message_types import MESSAGE_TYPES

from .columns import link_to
from .panels import Cell, Panel
from .times import in_lists

STATE_LABELS = {
    CodeState.OPEN: gettext_lazy("Open"),
    CodeState.EXPIRED: gettext_lazy("Expired"),
    CodeState.BLOCKED: gettext_lazy("Blocked"),
    CodeState.CLOSED: gettext_lazy("Recipient or account closed"),
}


def purpose_words(code: BookingCode) -> str:
    """Which message carries the link."""
    if code.purpose == BY_HAND:
        return _("Made by hand")
    found = MESSAGE_TYPES.get(code.purpose)
    return str(found.label) if found else code.purpose


def openings_words(code: BookingCode) -> str:
    """When it was opened last, and how often; mail scanners count as well."""
    if not code.open_count:
        return "–"
    return _("%(when)s (%(count)s times)") % {
        "when": in_lists(code.last_opened_at),
        "count": code.open_count,
    }


def code_panel(codes: Iterable[BookingCode], *, now: datetime) -> Panel:
    """`codes` with what `state_of` needs preloaded."""
    rows: list[list[Cell]] = [
        [
            link_to(code, str(code.contact or "–")),
            str(purpose_words(code)),
            in_lists(code.created_at),
            openings_words(code),
            str(STATE_LABELS[state_of(code, now=now)]),
        ]
        for code in codes
    ]
    headers: list[Any] = [_("Recipient"), _("Sent with"), _("Created"), _("Opened"), _("State")]
    return Panel(
        _("Links without sign-in"), headers, rows, empty=_("No link leads to this visit so far.")
    )
