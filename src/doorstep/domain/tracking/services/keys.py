"""Keys with which GPS platforms report positions."""

from datetime import datetime

from doorstep.platform.audit.services import Actor, record
from doorstep.platform.lib.tokens import digest, new_code

from ..models import PositionKey


def new_secret(key: PositionKey) -> str:
    """Give an unsaved key its secret, which is told this once; only its hash is kept."""
    secret = new_code(32)
    key.key_hash = digest(secret)
    return secret


def revoke_key(*, key: PositionKey, actor: Actor, now: datetime) -> None:
    """At once and for good; again it changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        record(actor=actor, action="revoked a key", obj=key)


def find_key(*, secret: str, now: datetime) -> PositionKey | None:
    """The key that is good now; its last use is noted to the minute."""
    key = PositionKey.objects.filter(key_hash=digest(secret[:200]), revoked_at=None).first()
    if key is not None and (key.last_used_at is None or (now - key.last_used_at).seconds >= 60):
        PositionKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key
