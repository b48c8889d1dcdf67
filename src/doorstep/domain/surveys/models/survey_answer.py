"""What a customer said of a visit."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.bookings.models import Booking
from doorstep.domain.customers.models import Contact
from doorstep.platform.audit.models import Source

LOWEST, HIGHEST = 1, 5
MAX_COMMENT = 2000
_STARS = [MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]


class SurveyAnswer(models.Model):
    """One per visit and contact. Who is erased leaves her stars and words without her name."""

    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, related_name="answers", verbose_name=_("booking")
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="survey_answers",
    )
    rating = models.PositiveSmallIntegerField(_("stars"), validators=_STARS)
    # As it was asked: the service's question may be another one tomorrow.
    question = models.CharField(_("question"), max_length=200, blank=True)
    question_rating = models.PositiveSmallIntegerField(
        _("stars for the question"), null=True, blank=True, validators=_STARS
    )
    comment = models.TextField(_("words"), max_length=MAX_COMMENT, blank=True)
    given_at = models.DateTimeField(_("given"))
    changed_at = models.DateTimeField(_("last changed"))
    source = models.CharField(_("from where"), max_length=20, choices=Source)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="survey_answer_once", fields=["booking", "contact"]),
            models.CheckConstraint(
                name="survey_answer_rating",
                condition=models.Q(rating__range=(LOWEST, HIGHEST)),
            ),
            models.CheckConstraint(
                name="survey_answer_question",
                condition=models.Q(question_rating__isnull=True)
                | (models.Q(question_rating__range=(LOWEST, HIGHEST)) & ~models.Q(question="")),
            ),
            models.CheckConstraint(
                name="survey_answer_times",
                condition=models.Q(given_at__lte=models.F("changed_at")),
            ),
        ]
        indexes = [models.Index(fields=["given_at"], name="survey_answer_given")]

    def __str__(self) -> str:
        return f"{self.booking}: {self.rating}/{HIGHEST}"
