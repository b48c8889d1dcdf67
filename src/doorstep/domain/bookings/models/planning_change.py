"""What changed of anything that decides free time: how processes keep their memory up to date."""

from django.db import models


class PlanningSubject(models.TextChoices):
    """What a reader has to look at again."""

    DAYS = "days", "Days of a resource"
    # Nobody's time changed who was there before: planning put something beside it, or what it held
    # became a visit's.
    PLANNED = "planned", "Days of a resource, on which planning kept to everything it found"
    VISIT = "visit", "The days on which a visit or hold lies"
    RESOURCE = "resource", "A resource"
    REFERENCE = "reference", "Portals, incident types, preferences"
    EVERYTHING = "everything", "Everything"
    PRUNED = "pruned", "What was written before is gone from here"


class TransactionIdField(models.Field[str | None, str | None]):
    """PostgreSQL's `xid8`: 64 bits that grow with every writing transaction and never wrap."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 (Django's contract)
        return "xid8"


class SnapshotField(models.Field[str | None, str | None]):
    """PostgreSQL's `pg_snapshot`: which transactions a reader saw."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 (Django's contract)
        return "pg_snapshot"


class PlanningChange(models.Model):
    """Written by triggers only, in the transaction that makes the change, and never changed: two
    writers do not meet here. `xid` tells a reader what it cannot have seen yet
    (docs/decisions/0010-snapshot.md).
    """

    xid = TransactionIdField(db_default=models.Func(function="pg_current_xact_id"))
    subject = models.CharField(max_length=10, choices=PlanningSubject)
    # Plain numbers: what they name may be gone when somebody reads this.
    resource = models.BigIntegerField(null=True)
    booking = models.BigIntegerField(null=True)
    hold = models.BigIntegerField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(
        db_default=models.Func(function="clock_timestamp", output_field=models.DateTimeField())
    )

    class Meta:
        verbose_name = "planning change"
        verbose_name_plural = "planning changes"
        indexes = [
            models.Index(fields=["xid"], name="planning_change_xid"),
            models.Index(
                fields=["xid"],
                condition=models.Q(subject="pruned"),
                name="planning_change_pruned",
            ),
            # By these two a confirmation sees whether anything happened since its time was found.
            models.Index(
                fields=["resource", "xid"],
                condition=models.Q(subject__in=["days", "planned"]),
                name="planning_change_of_days",
            ),
            models.Index(
                fields=["xid"],
                condition=models.Q(subject__in=["resource", "reference", "everything", "pruned"]),
                name="planning_change_rare",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.resource or self.booking or self.hold or ''}".strip()
