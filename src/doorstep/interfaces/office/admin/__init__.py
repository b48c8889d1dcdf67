"""What the office can list and edit; importing this package registers all of it."""

from . import (  # noqa: F401
    booking_codes,
    bookings,
    catalog,
    connectors,
    consent,
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
    staff_tasks,
    surveys,
    time_off,
    tracking,
    work_orders,
)
