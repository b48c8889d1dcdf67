"""A portal: one face of the company towards customers. Several may share one workforce."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .booking_policy import LEAST_FIRST_WINDOWS, BookingPolicyFields, OfferMode
from .brand import BrandFields

_host_name = RegexValidator(
    r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$",
    _("Type a host name such as book.example.com, without https://."),
)


class Portal(BrandFields, BookingPolicyFields):
    name = models.CharField(_("portal name"), max_length=80, unique=True)
    host_name = models.CharField(
        _("host name"),
        max_length=253,
        blank=True,
        validators=[_host_name],
        help_text=_("Pages asked for under this name show this portal."),
    )
    is_default = models.BooleanField(
        _("default portal"), default=False, help_text=_("Answers for every other host name.")
    )
    default_language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    is_self_scheduling_enabled = models.BooleanField(_("self-scheduling"), default=True)
    is_tracking_enabled = models.BooleanField(_("track my technician"), default=False)
    shows_map = models.BooleanField(
        _("show the map"),
        default=True,
        help_text=_("Off: customers read when the technician arrives, and see no position."),
    )
    shows_technician_name = models.BooleanField(
        _("show technicians' names"),
        default=False,
        help_text=_(
            "While they travel, and in messages that they are on the way or have finished."
        ),
    )
    shows_technician_photo = models.BooleanField(
        _("show technicians' photos"),
        default=False,
        help_text=_("While they travel. Without a photo: initials."),
    )
    shows_technician_phone = models.BooleanField(
        _("show technicians' phone numbers"),
        default=False,
        help_text=_("While they travel, to call or text them. Without a number: nothing."),
    )
    invites_new_contacts = models.BooleanField(
        _("invite contacts by themselves"),
        default=False,
        help_text=_("Each new contact of an active, not excluded account gets one invitation."),
    )

    code_days_after_visit = models.PositiveIntegerField(
        _("links open a visit until (days after it)"),
        default=30,
        validators=[MaxValueValidator(730)],
        help_text=_(
            "Links in messages open one visit without signing in. They move with the visit. "
            "0: until it ends."
        ),
    )

    class Meta:
        verbose_name = _("portal")
        verbose_name_plural = _("portals")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                name="portal_one_default",
                fields=["is_default"],
                condition=models.Q(is_default=True),
                violation_error_message=_("Another portal is the default already."),
            ),
            models.UniqueConstraint(
                name="portal_host_name",
                fields=["host_name"],
                condition=~models.Q(host_name=""),
                violation_error_message=_("Another portal has this host name."),
            ),
            models.CheckConstraint(
                name="portal_lead_days",
                condition=models.Q(
                    min_lead_days__lte=models.F("max_lead_days"), max_lead_days__lte=365
                ),
            ),
            models.CheckConstraint(
                name="portal_first_windows",
                condition=models.Q(first_windows=0)
                | models.Q(
                    first_windows__gte=LEAST_FIRST_WINDOWS, first_windows_from_percent__lte=100
                ),
            ),
            models.CheckConstraint(
                name="portal_grid",
                condition=models.Q(
                    grid_minutes__in=[15, 30, 60], grid_from__lt=models.F("grid_to")
                ),
            ),
            models.CheckConstraint(
                name="portal_hold_minutes", condition=models.Q(hold_minutes__range=(1, 60))
            ),
            models.CheckConstraint(name="portal_radius", condition=models.Q(max_radius__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.clean_brand()
        self.clean_policy()

    @property
    def title(self) -> str:
        return self.page_title or self.company_name


class ArrivalWindow(models.Model):
    """A stretch of the day in which the technician arrives; the work may end after it."""

    portal = models.ForeignKey(
        Portal, on_delete=models.CASCADE, related_name="windows", verbose_name=_("portal")
    )
    from_time = models.TimeField(_("from"))
    to_time = models.TimeField(_("to"))
    name = models.CharField(
        _("name"), max_length=60, blank=True, help_text=_("Shown instead of the hours.")
    )

    class Meta:
        verbose_name = _("arrival window")
        verbose_name_plural = _("arrival windows")
        ordering = ["from_time", "to_time"]
        constraints = [
            models.CheckConstraint(
                name="window_order",
                condition=models.Q(from_time__lt=models.F("to_time")),
                violation_error_message=_("A window ends after it begins."),
            ),
            models.UniqueConstraint(name="window_once", fields=["portal", "from_time", "to_time"]),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.from_time:%H:%M}–{self.to_time:%H:%M}"

    def clean(self) -> None:
        if self.from_time and self.to_time and self.from_time >= self.to_time:
            raise ValidationError({"to_time": _("A window ends after it begins.")})


__all__ = ["ArrivalWindow", "OfferMode", "Portal"]
