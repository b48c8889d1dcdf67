"""Whether one's position is shared now, and with whom."""

from dataclasses import dataclass

from doorstep.domain.bookings.rules import portal_of
from doorstep.domain.resources.models import BookableResource
from doorstep.domain.tracking.selectors import (
    get_tracking_settings,
    running_sessions,
    traveling_visits,
)


@dataclass(frozen=True, slots=True)
class SharingView:
    """There is one only while traveling. `every_seconds` is how often the phone reports."""

    is_off: bool
    is_paused: bool
    pause_reason: str
    customer: str
    code: str
    every_seconds: int


def sharing_view(resource: BookableResource) -> SharingView | None:
    """None unless the resource travels to a visit, and its customer may follow her."""
    visit = (
        traveling_visits(resource)
        .select_related("work_order__account", "work_order__portal")
        .first()
    )
    if visit is None or not portal_of(visit).is_tracking_enabled:
        return None
    settings = get_tracking_settings()
    session = running_sessions(visit).filter(resource=resource).first()
    is_paused = session is not None and session.paused_at is not None
    return SharingView(
        is_off=not settings.is_sharing_enabled,
        is_paused=is_paused,
        pause_reason=session.pause_reason if session and is_paused else "",
        customer=visit.work_order.account.name,
        code=visit.code,
        every_seconds=settings.report_seconds,
    )
