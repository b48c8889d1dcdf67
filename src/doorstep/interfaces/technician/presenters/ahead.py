"""What the page of a visit will say after each status, for a phone that has no network to ask."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from doorstep.domain.bookings.models import Booking, BookingStatus, ParentStatus

from .steps import steps_for
from .visit import VisitCard
from .words import TONES, state_sentence, status_words

P = ParentStatus
# After a break a technician goes on with what she did before.
_BEFORE = {P.ON_BREAK: (P.TRAVELING, P.IN_PROGRESS)}


@dataclass(frozen=True, slots=True)
class Ahead:
    """`key` is the parent status; of a break with what was before: "on_break-traveling"."""

    key: str
    parent: str
    status: str
    tone: str
    state: str
    card: VisitCard


def states_ahead(
    booking: Booking, card: VisitCard, statuses: Iterable[BookingStatus]
) -> tuple[Ahead, ...]:
    """One for each default status that a technician can set."""
    known = list(statuses)
    found = []
    for status in known:
        parent = P(status.parent)
        if not status.is_default or parent is P.CANCELED:
            continue
        for before in _BEFORE.get(parent, (P.IN_PROGRESS,)):
            steps = steps_for(booking, status, known, before_break=before)
            found.append(
                Ahead(
                    key=f"{parent.value}-{before.value}" if parent in _BEFORE else parent.value,
                    parent=parent.value,
                    status=status_words(status),
                    tone=TONES.get(parent, ""),
                    state=state_sentence(parent),
                    card=replace(card, parent=parent.value, steps=steps),
                )
            )
    return tuple(found)
