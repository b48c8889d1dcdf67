"""One migrated database for all workers of a test run, and for the next run.

Running all migrations takes seconds of work, copying an empty database does not. The copy is made
by `CREATE DATABASE … TEMPLATE`, which Django does for whom the setting TEST TEMPLATE names one.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from psycopg import sql

_PREFIX = "doorstep_template_"
# Not its own name until it is whole: who makes it may be killed halfway.
_UNFINISHED = f"{_PREFIX}unfinished"
# Other branches on the same server want theirs back; who still copies one is done by then.
_KEPT = 3
# Any number, as long as it is the same in all processes.
_LOCK = 20_261_123


class NotAllowed(Exception):
    """The role of DATABASE_URL may not do what tests need; the text says what to do about it."""


def check_role() -> None:
    """Raises NotAllowed."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolcreatedb,"
            " has_parameter_privilege('session_replication_role', 'SET')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, may_create, may_empty = cursor.fetchone()
    if not (may_create and may_empty):
        raise NotAllowed(
            f"Tests make databases of their own and empty them, which the role {role} of"
            " DATABASE_URL may not do. Take a superuser, or let one say:"
            f' ALTER ROLE "{role}" CREATEDB;'
            f' GRANT SET ON PARAMETER session_replication_role TO "{role}";'
        )


def ensure_template() -> str:
    """The name of a database as the migrations of this code leave it; makes it if there is none.

    Safe to call from many processes at once: one makes it, the others wait.
    """
    name = _PREFIX + _digest()
    with connection._nodb_cursor() as cursor:
        # Our settings let nobody wait that long.
        cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        names = _templates(cursor)
        if name not in names:
            for old in [_UNFINISHED, *names[: 1 - _KEPT]]:
                cursor.execute(_of("DROP DATABASE IF EXISTS {}", old))
            cursor.execute(_of("CREATE DATABASE {}", _UNFINISHED))
            with _connected_to(_UNFINISHED):
                call_command("migrate", verbosity=0, interactive=False)
            cursor.execute(_of("ALTER DATABASE {} RENAME TO {}", _UNFINISHED, name))
            # Nobody can be copied while somebody is connected.
            cursor.execute(_of("ALTER DATABASE {} ALLOW_CONNECTIONS false", name))
    return name


def _digest() -> str:
    """Of all that migrations are made of: their files, and the models some of them import."""
    digest = hashlib.sha256(version("procrastinate").encode())
    for app in sorted(apps.get_app_configs(), key=lambda each: each.name):
        for path in sorted(Path(app.path).rglob("*.py")):
            inside = path.relative_to(app.path)
            if inside.parts[0] in {"models", "models.py", "migrations"}:
                digest.update(f"{app.name} {inside}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _templates(cursor: Any) -> list[str]:
    """Whole ones, the oldest first."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid",
        [f"^{_PREFIX}[0-9a-f]+$"],
    )
    return [name for (name,) in cursor.fetchall()]


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _of(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
