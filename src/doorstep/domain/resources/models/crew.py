"""Crews: resources that are booked together, with dated membership."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .resource import BookableResource, ResourceKind


class CrewMember(models.Model):
    crew = models.ForeignKey(
        BookableResource,
        on_delete=models.CASCADE,
        related_name="memberships",
        limit_choices_to={"kind": ResourceKind.CREW},
        verbose_name=_("crew"),
    )
    member = models.ForeignKey(
        BookableResource,
        on_delete=models.CASCADE,
        related_name="crews",
        limit_choices_to=~models.Q(kind=ResourceKind.CREW),
        verbose_name=_("member"),
    )
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("last day"), null=True, blank=True)
    is_leader = models.BooleanField(_("leader"), default=False)

    class Meta:
        verbose_name = _("crew member")
        verbose_name_plural = _("crew members")
        constraints = [
            models.CheckConstraint(
                name="crew_member_not_itself", condition=~models.Q(crew=models.F("member"))
            ),
            models.CheckConstraint(
                name="crew_member_order",
                condition=models.Q(from_on__isnull=True)
                | models.Q(to_on__isnull=True)
                | models.Q(from_on__lte=models.F("to_on")),
                violation_error_message=_("Membership ends after it begins."),
            ),
            models.UniqueConstraint(
                name="crew_member_once", fields=["crew", "member", "from_on"],
                nulls_distinct=False,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.member} ({self.crew})"

    def clean(self) -> None:
        if self.crew_id and self.crew.kind != ResourceKind.CREW:
            raise ValidationError({"crew": _("Only a resource of kind crew has members.")})
        if self.member_id and self.member.kind == ResourceKind.CREW:
            raise ValidationError({"member": _("A crew cannot be a member of a crew.")})
