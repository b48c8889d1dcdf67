"""Answers to requests already carried out, so that a second submit does nothing twice."""

from django.conf import settings
from django.db import models

from doorstep.domain.customers.models import Contact


class RequestKey(models.Model):
    """Asked by a user, or by a contact who came by a link and has not signed in.

    `fingerprint` tells a repeated request from another one that reuses the key.
    """

    # Found by the unique constraints.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, db_index=False
    )
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    result = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="request_key_once", fields=["user", "key"]),
            models.UniqueConstraint(name="request_key_once_by_link", fields=["contact", "key"]),
            models.CheckConstraint(
                name="request_key_one_asker",
                condition=models.Q(user__isnull=False, contact__isnull=True)
                | models.Q(user__isnull=True, contact__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="request_key_age")]

    def __str__(self) -> str:
        return self.key
