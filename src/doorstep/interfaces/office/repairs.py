"""What a repair has come to, in a sentence or two."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from doorstep.domain.bookings.models import Booking
from doorstep.domain.bookings.services.replan import Replanned, UnkeptReason

_REASONS = {
    UnkeptReason.NOBODY_MAY: gettext_lazy("nobody else who works then may do it"),
    UnkeptReason.NO_TIME: gettext_lazy("those who may do it have no time inside the promise"),
    UnkeptReason.UNDER_WAY: gettext_lazy("it is under way"),
    UnkeptReason.PINNED: gettext_lazy("it is pinned"),
    UnkeptReason.SEVERAL_PEOPLE: gettext_lazy("several people come together"),
    UnkeptReason.CHANGED_MEANWHILE: gettext_lazy("it or its day was changed meanwhile: try again"),
}


def told(found: Replanned) -> str:
    """How many visits found a place, and by name those that did not, with the reason."""
    moved = sum(1 for move in found.moves if move.is_written)
    parts = [
        ngettext("%(count)d visit has changed.", "%(count)d visits have changed.", moved)
        % {"count": moved}
    ]
    if found.unkept:
        rows = Booking.objects.select_related("work_order").in_bulk(
            [each.booking_id for each in found.unkept]
        )
        listed = "; ".join(
            f"{rows[each.booking_id]}: {_REASONS[each.reason]}" for each in found.unkept
        )
        parts.append(_("Cannot be kept: %(visits)s.") % {"visits": listed})
    return " ".join(parts)
