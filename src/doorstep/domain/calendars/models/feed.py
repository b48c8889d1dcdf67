"""Calendars to subscribe to: who has one, and what was last told through it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.domain.resources.models import BookableResource


class CalendarFeed(models.Model):
    """Belongs to one technician or one contact. Whoever has its address reads it, so only the
    hash of the code in it is stored; a lost address is made anew."""

    resource = models.ForeignKey(
        BookableResource,
        null=True,
        on_delete=models.CASCADE,
        related_name="calendar_feeds",
        verbose_name=_("technician"),
    )
    contact = models.ForeignKey(
        Contact,
        null=True,
        on_delete=models.CASCADE,
        related_name="calendar_feeds",
        verbose_name=_("contact"),
    )
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("made by"),
    )
    # To the minute.
    last_read_at = models.DateTimeField(_("last read"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="calendar_feed_one_owner",
                condition=models.Q(resource__isnull=False, contact__isnull=True)
                | models.Q(resource__isnull=True, contact__isnull=False),
            ),
            models.UniqueConstraint(
                name="calendar_feed_of_resource",
                fields=["resource"],
                condition=models.Q(revoked_at=None),
            ),
            models.UniqueConstraint(
                name="calendar_feed_of_contact",
                fields=["contact"],
                condition=models.Q(revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.resource or self.contact)


class FeedEvent(models.Model):
    """What a feed last told of a visit. With each change of that `sequence` grows, for good: rows
    stay when a visit leaves the window, and go over to a feed made anew."""

    feed = models.ForeignKey(CalendarFeed, on_delete=models.CASCADE, related_name="events")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="feed_events")
    digest = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("event in a feed")
        verbose_name_plural = _("events in feeds")
        constraints = [models.UniqueConstraint(name="feed_event_once", fields=["feed", "booking"])]

    def __str__(self) -> str:
        return f"{self.booking_id}, {self.sequence}"
