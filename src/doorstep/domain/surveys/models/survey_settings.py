"""What a portal asks its customers after a visit."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from doorstep.domain.organization.models import Portal

from ..url_template import check_host, check_template, host_of


class SurveyKind(models.TextChoices):
    NONE = "none", _("No survey")
    OWN = "own", _("Our own short form")
    EXTERNAL = "external", _("A page of another service")


class SurveySettings(models.Model):
    """One row per portal; `selectors.survey_settings_of` answers where there is none."""

    portal = models.OneToOneField(
        Portal, on_delete=models.CASCADE, related_name="survey_settings", verbose_name=_("portal")
    )
    kind = models.CharField(
        _("after a visit"), max_length=10, choices=SurveyKind, default=SurveyKind.NONE
    )
    url_template = models.CharField(
        _("address of the page"),
        max_length=1000,
        blank=True,
        help_text=_(
            "With https. {booking_number}, {service} and {language} are filled in, such as "
            "https://forms.example.com/visit?number={booking_number}&lang={language}."
        ),
    )
    allowed_hosts = models.TextField(
        _("allowed hosts"),
        blank=True,
        help_text=_(
            "One a line, such as forms.example.com. The page may be on one of these and no other."
        ),
    )

    class Meta:
        verbose_name = _("survey of a portal")
        verbose_name_plural = _("surveys of portals")
        constraints = [
            models.CheckConstraint(
                name="survey_external_has_address",
                condition=~models.Q(kind="external") | ~models.Q(url_template=""),
                violation_error_message=_("Which page? Type its address."),
            )
        ]

    def __str__(self) -> str:
        return str(self.portal)

    def clean(self) -> None:
        """Refuses an address that is not https or whose host is not allowed."""
        for host in self.host_list:
            try:
                check_host(host)
            except ValidationError as error:
                raise ValidationError({"allowed_hosts": error.messages}) from error
        if not self.url_template:
            return
        try:
            check_template(self.url_template, allowed_hosts=self.host_list)
        except ValidationError as error:
            raise ValidationError({"url_template": error.messages}) from error

    @property
    def host_list(self) -> list[str]:
        return [line.strip().lower() for line in self.allowed_hosts.splitlines() if line.strip()]

    @property
    def framed_host(self) -> str:
        """The host whose page may be shown inside ours; empty where there is none."""
        host = host_of(self.url_template) if self.kind == SurveyKind.EXTERNAL else ""
        return host if host in self.host_list else ""
