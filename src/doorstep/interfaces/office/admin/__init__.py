"""What the office can list and edit; importing this package registers all of it."""

from . import (  # noqa: F401
    booking_codes,
    bookings,
    catalog,
    customers,
    history,
    invitations,
    message_texts,
    messages,
    organization,
    people,
    portals,
    resources,
    skills,
    time_off,
    work_orders,
)
