"""Answers to requests already carried out, so that a second submit does nothing twice."""

from django.conf import settings
from django.db import models


class RequestKey(models.Model):
    """`fingerprint` tells a repeated request from another one that reuses the key."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    result = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="request_key_once", fields=["user", "key"])]
        indexes = [models.Index(fields=["created_at"], name="request_key_age")]

    def __str__(self) -> str:
        return self.key
