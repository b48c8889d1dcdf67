"""The columns of an address, embedded where a place is needed.

Embedded and not referenced: a work order keeps the address it was made for when the account moves.
"""

from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.platform.values.geo import Coordinates


def validate_time_zone(name: str) -> None:
    """Accept IANA names only ("Europe/London")."""
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not an IANA time zone."), params={"name": name})


class AddressFields(models.Model):
    """Street to country, coordinates once known, and the zone in which people there live."""

    street = models.CharField(_("street and number"), max_length=250, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=80, blank=True)
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Filled from the address; type a value to pin the place by hand."),
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("IANA name such as Europe/London. Empty: the company's zone."),
    )

    ADDRESS_FIELDS = (
        "street", "city", "postal_code", "country", "latitude", "longitude", "time_zone",
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def coordinates(self) -> Coordinates | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Coordinates(self.latitude, self.longitude)

    @property
    def has_address(self) -> bool:
        return bool(self.street or self.city or self.postal_code)

    @property
    def address_lines(self) -> list[str]:
        """The address as people write it, without empty lines."""
        town = " ".join(part for part in (self.city, self.postal_code) if part)
        return [line for line in (self.street, town, self.country) if line]

    @property
    def one_line_address(self) -> str:
        return ", ".join(self.address_lines)

    def zone_or(self, default: str) -> ZoneInfo:
        return ZoneInfo(self.time_zone or default)

    def address_values(self) -> dict[str, object]:
        """Column values, to copy this address onto another row."""
        return {name: getattr(self, name) for name in self.ADDRESS_FIELDS}


def coordinate_constraints(prefix: str) -> list[models.BaseConstraint]:
    """Both coordinates or none, each in range, whoever writes."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_coordinates",
            condition=models.Q(latitude__isnull=True, longitude__isnull=True)
            # Without "is not null" one of the two alone would pass: NULL is not false to a CHECK.
            | models.Q(
                latitude__isnull=False,
                longitude__isnull=False,
                latitude__range=(-90, 90),
                longitude__range=(-180, 180),
            ),
        )
    ]
