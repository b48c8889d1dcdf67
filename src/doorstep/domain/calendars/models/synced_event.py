"""What stands of a visit in a technician's calendar, and what should."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from doorstep.connectors.calendar.base import WrittenEvent
from doorstep.domain.bookings.models import Booking

from .link import CalendarLink


class EventState(models.TextChoices):
    WAITING = "waiting", _("Waiting to be written")
    WRITTEN = "written", _("In the calendar")
    REMOVING = "removing", _("Waiting to be removed")
    REMOVED = "removed", _("Removed")
    LEFT = "left", _("Left in the calendar")
    MISSING = "missing", _("Deleted by the technician")
    FAILED = "failed", _("Refused")


# A worker has something to do for them.
OPEN_STATES = (EventState.WAITING, EventState.REMOVING)


class SyncedEvent(models.Model):
    """One row per visit and calendar. `reference` and `generation` name the event at the service;
    the generation grows only when an event is made anew on purpose.

    Digests tell what is wanted and what is written: `core` of time, place and cancellation, `full`
    of everything the event says.
    """

    link = models.ForeignKey(CalendarLink, on_delete=models.CASCADE, related_name="events")
    # Gone with a deleted visit; the row stays until its event has been dealt with.
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.SET_NULL, related_name="synced_events"
    )
    reference = models.CharField(max_length=64)
    generation = models.PositiveIntegerField(default=1)
    sequence = models.PositiveIntegerField(default=0)
    state = models.CharField(
        _("state"), max_length=10, choices=EventState, default=EventState.WAITING
    )
    reason = models.CharField(_("because"), max_length=500, blank=True)
    title = models.CharField(_("event"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    wanted_core = models.CharField(max_length=64)
    wanted_full = models.CharField(max_length=64)
    written_core = models.CharField(max_length=64, blank=True)
    written_full = models.CharField(max_length=64, blank=True)
    remote_id = models.CharField(max_length=1000, blank=True)
    etag = models.CharField(max_length=500, blank=True)
    # Tries since the last success; the last of them began then, and has no end if its worker died.
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    attempted_at = models.DateTimeField(_("last attempt"), null=True)
    due_at = models.DateTimeField(db_default=Now())
    written_at = models.DateTimeField(_("written"), null=True)
    # When a reconcile last saw it in the calendar.
    seen_at = models.DateTimeField(_("last seen"), null=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("event in a calendar")
        verbose_name_plural = _("events in calendars")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="synced_event_once", fields=["link", "reference"]),
            models.CheckConstraint(
                name="synced_event_state", condition=models.Q(state__in=EventState.values)
            ),
        ]
        indexes = [models.Index(fields=["link", "ends_at"], name="synced_event_link")]

    def __str__(self) -> str:
        return self.title or self.reference

    @property
    def written(self) -> WrittenEvent:
        return WrittenEvent(self.remote_id, self.etag)

    @property
    def may_exist(self) -> bool:
        """Whether something of it may stand in the calendar: an attempt may have come through."""
        return bool(self.remote_id) or self.attempts > 0
