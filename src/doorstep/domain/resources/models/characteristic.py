"""Skills and certificates, their scales, and who has them until when (product reference 7.3)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .resource import BookableResource


class RatingModel(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    minimum = models.SmallIntegerField(_("lowest"), default=1)
    maximum = models.SmallIntegerField(_("highest"), default=5)

    class Meta:
        verbose_name = _("rating model")
        verbose_name_plural = _("rating models")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="rating_model_order",
                condition=models.Q(minimum__lt=models.F("maximum")),
                violation_error_message=_("The highest rating is above the lowest."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class RatingValue(models.Model):
    rating_model = models.ForeignKey(RatingModel, on_delete=models.CASCADE, related_name="values")
    name = models.CharField(_("name"), max_length=60)
    value = models.SmallIntegerField(_("value"))

    class Meta:
        verbose_name = _("rating value")
        verbose_name_plural = _("rating values")
        ordering = ["value"]
        constraints = [
            models.UniqueConstraint(name="rating_value_once", fields=["rating_model", "value"])
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.value})"


class CharacteristicKind(models.TextChoices):
    SKILL = "skill", _("Skill")
    CERTIFICATE = "certificate", _("Certificate")


class Characteristic(models.Model):
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=CharacteristicKind, default=CharacteristicKind.SKILL
    )
    rating_model = models.ForeignKey(
        RatingModel,
        verbose_name=_("rating model"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("Empty for a certificate one has or has not."),
    )
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("characteristic")
        verbose_name_plural = _("characteristics")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def check_rating(self, rating: int | None, field: str) -> None:
        """Raises ValidationError for a rating outside the characteristic's scale."""
        if rating is None:
            return
        if self.rating_model is None:
            raise ValidationError({field: _("%s has no ratings.") % self.name})
        if not self.rating_model.minimum <= rating <= self.rating_model.maximum:
            raise ValidationError(
                {
                    field: _("Choose a rating from %(low)d to %(high)d.")
                    % {"low": self.rating_model.minimum, "high": self.rating_model.maximum}
                }
            )


class ResourceCharacteristic(models.Model):
    resource = models.ForeignKey(
        BookableResource, on_delete=models.CASCADE, related_name="characteristics"
    )
    characteristic = models.ForeignKey(
        Characteristic,
        verbose_name=_("characteristic"),
        on_delete=models.CASCADE,
        related_name="holders",
    )
    rating = models.SmallIntegerField(_("rating"), null=True, blank=True)
    number = models.CharField(_("certificate number"), max_length=80, blank=True)
    valid_from_on = models.DateField(_("valid from"), null=True, blank=True)
    valid_to_on = models.DateField(_("last valid day"), null=True, blank=True)

    class Meta:
        verbose_name = _("characteristic of a resource")
        verbose_name_plural = _("characteristics of resources")
        constraints = [
            models.UniqueConstraint(
                name="resource_characteristic_once",
                fields=["resource", "characteristic", "valid_from_on"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="resource_characteristic_order",
                condition=models.Q(valid_from_on__isnull=True)
                | models.Q(valid_to_on__isnull=True)
                | models.Q(valid_from_on__lte=models.F("valid_to_on")),
                violation_error_message=_("Validity ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.characteristic}"

    def clean(self) -> None:
        if self.characteristic_id:
            self.characteristic.check_rating(self.rating, "rating")
