"""Who or what can be booked (product reference 7)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import OrganizationalUnit, Territory
from doorstep.platform.lib.address import AddressFields, coordinate_constraints
from doorstep.platform.values.geo import Coordinates


class ResourceKind(models.TextChoices):
    GENERIC = "generic", _("Generic")
    CONTACT = "contact", _("Contact")
    USER = "user", _("User")
    EQUIPMENT = "equipment", _("Equipment")
    ACCOUNT = "account", _("Account")
    CREW = "crew", _("Crew")
    FACILITY = "facility", _("Facility")
    POOL = "pool", _("Pool")


class Place(models.TextChoices):
    OWN_ADDRESS = "own_address", _("Own address")
    UNIT = "unit", _("Organizational unit")
    AGNOSTIC = "agnostic", _("Location agnostic")


class BookableResource(AddressFields):
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=20, choices=ResourceKind, default=ResourceKind.USER
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("signs in as"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="resource",
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    photo = models.ImageField(_("photo"), upload_to="photos/", blank=True)
    organizational_unit = models.ForeignKey(
        OrganizationalUnit,
        verbose_name=_("organizational unit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="resources",
    )
    territories = models.ManyToManyField(
        Territory, verbose_name=_("territories"), blank=True, related_name="resources"
    )
    start_place = models.CharField(
        _("day starts at"), max_length=20, choices=Place, default=Place.OWN_ADDRESS
    )
    end_place = models.CharField(
        _("day ends at"), max_length=20, choices=Place, default=Place.OWN_ADDRESS
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=1,
        validators=[MaxValueValidator(50)],
        help_text=_("How many bookings may overlap. 0: never available."),
    )
    speed_factor = models.DecimalField(
        _("speed factor"),
        max_digits=3,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0.2), MaxValueValidator(5)],
        help_text=_("1 drives at the usual speed, 0.8 a little slower, 1.2 a little faster."),
    )
    overtime_minutes = models.PositiveSmallIntegerField(
        _("overtime (minutes)"),
        default=0,
        validators=[MaxValueValidator(240)],
        help_text=_("How much longer than the work hours a day may be planned."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_searchable = models.BooleanField(
        _("available to slot search"), default=True, help_text=_("May be offered to customers.")
    )
    observes_closures = models.BooleanField(_("off when the business is closed"), default=True)
    time_off_needs_approval = models.BooleanField(_("time off needs approval"), default=False)

    class Meta:
        verbose_name = _("bookable resource")
        verbose_name_plural = _("bookable resources")
        ordering = ["name", "pk"]
        constraints = [
            *coordinate_constraints("resource"),
            models.CheckConstraint(
                name="resource_speed",
                condition=models.Q(speed_factor__gte=0.2, speed_factor__lte=5),
            ),
            models.CheckConstraint(name="resource_capacity", condition=models.Q(capacity__lte=50)),
            models.CheckConstraint(
                name="resource_overtime", condition=models.Q(overtime_minutes__lte=240)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        uses_unit = Place.UNIT in (self.start_place, self.end_place)
        if uses_unit and self.organizational_unit is None:
            raise ValidationError(
                {"organizational_unit": _("Choose the unit at which the day starts or ends.")}
            )
        if self.kind == ResourceKind.CREW and Place.OWN_ADDRESS in (
            self.start_place,
            self.end_place,
        ):
            # Members drive from their own places; a crew has no home (product reference 7.5).
            raise ValidationError(
                {"start_place": _("A crew starts at a unit or is location agnostic.")}
            )
        if self.kind == ResourceKind.CREW and self.start_place != self.end_place:
            raise ValidationError({"end_place": _("A crew's day ends where it starts.")})

    def _coordinates_of(self, place: str) -> Coordinates | None:
        if place == Place.OWN_ADDRESS:
            return self.coordinates
        if place == Place.UNIT and self.organizational_unit:
            return self.organizational_unit.coordinates
        return None

    @property
    def start(self) -> Coordinates | None:
        """Where the day starts; None when location agnostic or not known."""
        return self._coordinates_of(self.start_place)

    @property
    def end(self) -> Coordinates | None:
        """Where the day ends; None when location agnostic or not known."""
        return self._coordinates_of(self.end_place)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()
