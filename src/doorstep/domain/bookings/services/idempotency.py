"""Each submit carries a random key; the second submit of the same key gets the first answer."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from doorstep.platform.identity.models import User
from doorstep.platform.lib.db import require_transaction

from ..errors import KeyReused
from ..models import RequestKey

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """One submit: who, under which key, with what."""

    user: User
    key: str
    fingerprint: str


def open_request(*, user: User, key: str, values: Mapping[str, Any]) -> Request:
    """Take the key for this transaction: a twin that runs at the same time waits here.

    Raises KeyReused for a key that is not one of ours.
    """
    require_transaction()
    if not _KEY.match(key):
        raise KeyReused
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{user.pk}:{key}"]
        )
    text = json.dumps(values, sort_keys=True, default=str)
    return Request(user, key, hashlib.sha256(text.encode()).hexdigest())


def earlier_result(request: Request) -> Any | None:
    """What the first submit of this key answered, or None if this is the first.

    Raises KeyReused when the key was used for something else.
    """
    row = RequestKey.objects.filter(user=request.user, key=request.key).first()
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    return row.result


def keep_result(request: Request, result: Any) -> None:
    """Store the answer, in the transaction that made it true."""
    RequestKey.objects.create(
        user=request.user, key=request.key, fingerprint=request.fingerprint, result=result
    )
