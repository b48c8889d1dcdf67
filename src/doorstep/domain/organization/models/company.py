"""The one company of this installation, and how travel is reckoned for it."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.lib.address import validate_time_zone


class TravelProvider(models.TextChoices):
    STRAIGHT_LINE = "straight_line", _("Built in: straight line × detour factor")
    ROADS = "roads", _("Built in: roads of a map file")
    OSRM = "osrm", _("OSRM server")
    VALHALLA = "valhalla", _("Valhalla server")


class RoadHours(models.TextChoices):
    """Whose traffic plans are made with; the names of the road engine's profiles."""

    RUSH = "rush", _("rush hour: a promise holds at any hour")
    DAY = "day", _("an ordinary working hour")
    FREE = "free", _("empty roads")


class GeocodingProvider(models.TextChoices):
    OFFLINE = "offline", _("Built in: the demo city")
    NOMINATIM = "nominatim", _("Nominatim")
    PHOTON = "photon", _("Photon")
    PELIAS = "pelias", _("Pelias")


class Company(models.Model):
    """A single row (id 1); `selectors.get_company` makes it when it is missing."""

    name = models.CharField(_("name"), max_length=120, default="Doorstep")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    phone_region = models.CharField(
        _("country of phone numbers"),
        max_length=2,
        default="GB",
        help_text=_("Two letters; a number typed without country code belongs here."),
    )
    country = models.CharField(_("country"), max_length=80, blank=True)

    travel_provider = models.CharField(
        _("travel times from"),
        max_length=20,
        choices=TravelProvider,
        default=TravelProvider.STRAIGHT_LINE,
    )
    travel_provider_url = models.URLField(
        _("address of the travel server"), blank=True, help_text=_("For OSRM and Valhalla.")
    )
    road_file = models.CharField(
        _("road file"),
        max_length=100,
        blank=True,
        # Nobody reaches out of the folder from the office.
        validators=[RegexValidator(r"^[^/\\\0.][^/\\\0]*\Z", _("Give a file name, not a path."))],
        help_text=_("Made by “doorstep roads build”; its name in the folder of road files."),
    )
    road_hours = models.CharField(
        _("plan with the traffic of"),
        max_length=4,
        choices=RoadHours,
        default=RoadHours.RUSH,
        help_text=_("With a road file."),
    )
    road_traffic = models.FloatField(
        _("strength of traffic"),
        default=1.0,
        validators=[MinValueValidator(0.0), MaxValueValidator(3.0)],
        help_text=_("Multiplies the delay: 0 roads are empty, 1 as built in, 2 twice the delay."),
    )
    detour_factor = models.FloatField(
        _("detour factor"),
        default=1.35,
        validators=[MinValueValidator(1.0), MaxValueValidator(5.0)],
        help_text=_("Road length divided by the straight line."),
    )
    travel_speed_kmh = models.FloatField(
        _("average speed (km/h)"),
        default=40.0,
        validators=[MinValueValidator(1.0), MaxValueValidator(200.0)],
    )
    travel_extra_seconds = models.PositiveIntegerField(
        _("extra seconds per trip"),
        default=300,
        validators=[MaxValueValidator(3600)],
        help_text=_("Parking and finding the door."),
    )
    minimum_gap_minutes = models.PositiveSmallIntegerField(
        _("least time between two visits (minutes)"),
        default=0,
        validators=[MaxValueValidator(240)],
        help_text=_(
            "From the end of one visit to the arrival at the next, driving included. A break in "
            "between is enough; work from anywhere or at one’s own facility needs none."
        ),
    )
    allows_resources_without_territory = models.BooleanField(
        _("resources without any territory serve every territory"), default=False
    )

    is_replanning_enabled = models.BooleanField(
        _("improve coming days by itself"),
        default=True,
        help_text=_(
            "Visits change order, time and technician inside what was promised; customers notice "
            "nothing."
        ),
    )
    replan_freeze_minutes = models.PositiveIntegerField(
        _("frozen before departure (minutes)"),
        default=120,
        validators=[MaxValueValidator(7 * 24 * 60)],
        help_text=_("What departs sooner is not changed any more."),
    )
    replan_days = models.PositiveSmallIntegerField(
        _("days ahead"), default=14, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    replan_seconds = models.PositiveSmallIntegerField(
        _("seconds per day that is improved"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )

    geocoding_provider = models.CharField(
        _("coordinates from"),
        max_length=20,
        choices=GeocodingProvider,
        default=GeocodingProvider.OFFLINE,
    )
    geocoding_domain = models.CharField(
        _("host of the geocoding server"), max_length=200, blank=True
    )

    # A switch for emergencies and restored backups, a rehearsal, and a fence for trying things out.
    is_outbound_held = models.BooleanField(
        _("hold all messages"),
        default=False,
        help_text=_("Nothing leaves; what is due waits until this is off again."),
    )
    is_dry_run = models.BooleanField(
        _("dry run"),
        default=False,
        help_text=_("Every message is made and logged, none is sent."),
    )
    allowed_recipients = models.TextField(
        _("send to these only"),
        blank=True,
        help_text=_(
            "One a line: an e-mail address, @ and a domain, or a phone number. "
            "Everybody else gets nothing. Empty: everybody may be written to."
        ),
    )

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        constraints = [
            models.CheckConstraint(name="company_single_row", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="company_travel",
                condition=models.Q(
                    detour_factor__gte=1, travel_speed_kmh__gte=1, travel_extra_seconds__lte=3600
                ),
            ),
            models.CheckConstraint(
                name="company_minimum_gap", condition=models.Q(minimum_gap_minutes__lte=240)
            ),
            models.CheckConstraint(
                name="company_replanning",
                condition=models.Q(
                    replan_days__range=(1, 60),
                    replan_seconds__range=(1, 120),
                    replan_freeze_minutes__lte=7 * 24 * 60,
                ),
            ),
            models.CheckConstraint(
                name="company_roads",
                condition=models.Q(
                    road_hours__in=RoadHours.values, road_traffic__gte=0, road_traffic__lte=3
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
