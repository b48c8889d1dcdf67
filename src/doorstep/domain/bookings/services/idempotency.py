"""Each submit carries a random key; the second submit of the same key gets the first answer."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from psycopg.errors import UniqueViolation

from doorstep.domain.customers.models import Contact
from doorstep.platform.audit.models import Source
from doorstep.platform.audit.services import Actor
from doorstep.platform.identity.models import User
from doorstep.platform.lib.db import require_transaction
from doorstep.platform.lib.rows import (
    Rows,
    Statement,
    insert_together,
    new,
    rows_as,
    run_together,
    select,
)

from ..errors import KeyReused, NotBookable
from ..models import RequestKey

_TABLE = RequestKey._meta.db_table
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """One submit: who, under which key, with what."""

    asker: User | Contact
    key: str
    fingerprint: str
    earlier: RequestKey | None

    @property
    def row(self) -> dict[str, Any]:
        """The columns that name it."""
        who = "user" if isinstance(self.asker, User) else "contact"
        return {who: self.asker, "key": self.key}


def asker_of(actor: Actor, *, contact: Contact | None = None) -> User | Contact:
    """Who submits: the user who signed in, or the contact whose link it is.

    Raises NotBookable for anybody else.
    """
    if actor.user is not None:
        return actor.user
    if actor.source == Source.LINK and contact is not None:
        return contact
    raise NotBookable


def open_request(*, asker: User | Contact, key: str, values: Mapping[str, Any]) -> Request:
    """Take the key for this transaction: a twin that runs at the same time waits here.

    Raises KeyReused for a key that is not one of ours.
    """
    require_transaction()
    _locked, rows = run_together(*opening(asker=asker, key=key))
    return opened(asker, key, values, rows)


def hoped_for(asker: User | Contact, key: str, values: Mapping[str, Any]) -> Request:
    """The request without a look whether it is the first of its key, as nearly all are.

    Whoever writes the answer of another one fails, and `has_answer` says so of the error.
    Raises as `open_request`.
    """
    if not _KEY.match(key):
        raise KeyReused
    return Request(asker, key, _fingerprint(values), None)


def has_answer(error: BaseException) -> bool:
    """Whether writing an answer failed because there was one."""
    cause = error.__cause__
    return isinstance(cause, UniqueViolation) and cause.diag.table_name == _TABLE


def opening(*, asker: User | Contact, key: str) -> list[Statement]:
    """The two statements of `open_request`, to be sent with others; `opened` reads their answer."""
    if not _KEY.match(key):
        raise KeyReused
    # Keys are random: askers of two kinds with one number do not meet in practice, and if they did,
    # one would wait for the other.
    column = "user_id" if isinstance(asker, User) else "contact_id"
    return [
        ("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{asker.pk}:{key}"]),
        (select(RequestKey, f"WHERE {column} = %s AND key = %s"), [asker.pk, key]),
    ]


def opened(asker: User | Contact, key: str, values: Mapping[str, Any], rows: Rows) -> Request:
    """The request, from what the second statement of `opening` found."""
    return Request(asker, key, _fingerprint(values), next(iter(rows_as(RequestKey, rows)), None))


def _fingerprint(values: Mapping[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def earlier_result(request: Request) -> Any | None:
    """What the first submit of this key answered, or None if this is the first.

    Raises KeyReused when the key was used for something else.
    """
    row = request.earlier
    if row is None:
        return None
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    return row.result


def keep_result(request: Request, result: Any) -> None:
    """Store the answer, in the transaction that made it true. Raises KeyReused as `one_answer`."""
    with one_answer():
        insert_together(answer_row(request, result))


@contextmanager
def one_answer() -> Iterator[None]:
    """Raises KeyReused where a key got its answer while something else was done under it.

    Who confirms takes no key before writing under it (`hoped_for`), so others may find out late.
    """
    try:
        yield
    except IntegrityError as error:
        if has_answer(error):
            raise KeyReused from error
        raise


def answer_row(request: Request, result: Any) -> RequestKey:
    """As `keep_result`, for who writes it together with other rows."""
    return new(RequestKey, **request.row, fingerprint=request.fingerprint, result=result)
