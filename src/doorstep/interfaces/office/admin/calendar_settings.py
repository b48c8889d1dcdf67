"""What the company wants of its technicians' calendars."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from doorstep.domain.calendars.models import CalendarSettings
from doorstep.interfaces.office.base import SingleRowAdmin
from doorstep.interfaces.office.site import office


@admin.register(CalendarSettings, site=office)
class CalendarSettingsAdmin(SingleRowAdmin):
    """Where ours differs from what people know of other products, its text says so."""

    fieldsets: Any = (
        (
            _("What is written"),
            {
                "description": _(
                    "One way: bookings are written to calendars, and nothing in a calendar "
                    "changes a booking. Only visits of a work order are written, at their planned "
                    "time; the promised window stands in the text. A change of the work order "
                    "alone changes no event, as in other products, unless you switch it on here."
                ),
                "fields": (
                    "is_enabled",
                    "follows_work_order",
                    ("is_private", "reminder_minutes"),
                ),
            },
        ),
        (
            _("Window and rhythm"),
            {
                "description": _(
                    "Other products write a week back and two weeks ahead, once in a quarter of "
                    "an hour, and forget visits that were booked for later. Here the days are "
                    "yours to choose, the window rolls, so that visits enter by themselves, and a "
                    "change of a visit goes out within a minute."
                ),
                "fields": (
                    ("days_back", "days_ahead"),
                    ("cycle_minutes", "reconcile_minutes"),
                ),
            },
        ),
        (
            _("When a visit is canceled"),
            {
                "description": _(
                    "Left as it is, as other products do unless told otherwise, the event looks "
                    "like any other. An event is always removed when its visit is given to "
                    "somebody else; when the visit is deleted, if it lies ahead."
                ),
                "fields": ("when_canceled",),
            },
        ),
        (
            _("When the technician changes the event"),
            {
                "description": _(
                    "What she adds of her own, a note or a category, stays. Time, place and title "
                    "are ours; what she changes of them is noticed when the calendar is read back."
                ),
                "fields": ("when_edited", "when_deleted"),
            },
        ),
        (
            _("Busy times"),
            {
                "description": _(
                    "Off unless you switch it on: it looks into calendars that hold private life "
                    "as well. Ask the technicians first."
                ),
                "fields": ("reads_busy", ("busy_minutes", "busy_days_ahead")),
            },
        ),
        (
            _("Feeds"),
            {
                "description": _(
                    "For calendars that subscribe to an address. They fetch when they like, "
                    "mostly every few hours; this is what they find."
                ),
                "fields": (("feed_days_back", "feed_days_ahead"),),
            },
        ),
    )
