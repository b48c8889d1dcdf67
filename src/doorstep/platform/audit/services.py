"""Write history."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from doorstep.platform.identity.models import User
from doorstep.platform.lib.rows import new

from .models import LogEntry, Source


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and through which door."""

    source: Source
    user: User | None = None
    label: str = ""

    @property
    def name(self) -> str:
        return self.label or (str(self.user) if self.user else str(self.source.label))


SYSTEM = Actor(Source.SYSTEM, label="Doorstep")


def record(
    *, actor: Actor, action: str, obj: models.Model, data: dict[str, Any] | None = None
) -> LogEntry:
    """Note that `actor` did `action` (a past participle: "confirmed") to `obj`.

    `data` holds plain values fit for JSON; never secrets.
    """
    found = entry(actor=actor, action=action, obj=obj, data=data)
    found.save(force_insert=True)
    return found


def entry(
    *, actor: Actor, action: str, obj: models.Model, data: dict[str, Any] | None = None
) -> LogEntry:
    """As `record`, for who writes it together with other rows."""
    return new(
        LogEntry,
        actor=actor.user,
        actor_label=actor.name[:254],
        source=actor.source,
        action=action,
        object_type=obj._meta.label_lower,
        object_id=obj.pk,
        object_label=str(obj)[:254],
        data=data or {},
    )
