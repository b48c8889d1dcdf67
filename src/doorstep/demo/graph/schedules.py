"""What Exchange tells colleagues about somebody's time (getSchedule)."""

from datetime import datetime
from typing import Any

from .events import show_instant
from .store import Store


def schedule(
    store: Store, address: str, from_at: datetime, to_at: datetime, *, most: int
) -> dict[str, Any]:
    """Times and status; of private events not even the title."""
    mailbox = store.mailboxes.get(address.lower())
    if mailbox is None:
        problem = {"message": "Not found.", "responseCode": "ErrorMailRecipientNotFound"}
        return {"scheduleId": address, "availabilityView": "", "error": problem}
    found = [
        event
        for event in store.live(mailbox.address)
        if event.starts_at < to_at and event.ends_at > from_at
    ]
    if len(found) > most:
        problem = {"message": "The result set is too large.", "responseCode": "5006"}
        return {"scheduleId": address, "availabilityView": "", "error": problem}
    items = []
    for event in found:
        item: dict[str, Any] = {
            "status": event.fields.get("showAs", "busy"),
            "start": show_instant(event.starts_at, "UTC"),
            "end": show_instant(event.ends_at, "UTC"),
            "isPrivate": event.fields.get("sensitivity") == "private",
        }
        if not item["isPrivate"]:
            item["subject"] = event.fields.get("subject", "")
        items.append(item)
    return {"scheduleId": address, "availabilityView": "", "scheduleItems": items}
