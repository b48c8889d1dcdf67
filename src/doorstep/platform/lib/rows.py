"""Statements that are sent together and prepared, for the few paths where many people wait.

What the ORM does for a customer's click costs more than what PostgreSQL does for it: it makes the
SQL anew each time, PostgreSQL plans it anew, and each statement waits for the one before
(docs/decisions/0014-the-cost-of-confirming.md). Here the text of a statement stays the same, so the
server keeps its plan, and statements that need nothing of each other share one round trip. They
still run one after the other, in the transaction that is open: each sees what those before it did,
and what others have committed until then.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from time import monotonic
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState

from .db import require_transaction
from .pipeline import Params, run_pipeline
from .pipeline import Rows as Rows
from .pipeline import Statement as Statement

M = TypeVar("M", bound=models.Model)


def run_together(*statements: Statement, ends: bool = False) -> list[Rows]:
    """Run the statements in this order, in one round trip; returns the rows of each.

    Raises what Django raises for failing statements; of those after it none has run. Where this
    `ends` the transaction, the commit comes with them, unless that is somebody else's around it;
    the block around this must not ask the database for anything more.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    database.validate_thread_sharing()
    began = monotonic()
    raw: psycopg.Connection[Any] = database.connection
    if not statements:
        return []
    with database.wrap_database_errors:
        try:
            found = _run(database, raw, statements, ends)
        except (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName):
            # Plans that are of no use any more (pipeline.py). A transaction has failed with them,
            # and what is sent one by one may have been done in part.
            if database.in_atomic_block or database.execute_wrappers:
                raise
            found = _run(database, raw, statements, ends)
    if database.queries_logged:
        seconds = f"{monotonic() - began:.3f}"
        for sql, params in statements:
            database.queries_log.append({"sql": f"{sql} -- {params}", "time": seconds})
    return found


def _run(
    database: Any, raw: psycopg.Connection[Any], statements: Sequence[Statement], ends: bool
) -> list[Rows]:
    prepares = settings.PREPARED_STATEMENTS
    if database.execute_wrappers:
        found: list[Rows] = []
        run_one = _wrapped(database, lambda each: run_pipeline(raw, [each], prepares=prepares))
        for statement in statements:
            found += run_one(*statement)
        return found
    is_outermost = len(database.atomic_blocks) == 1 and database.commit_on_exit
    # Django's own commit, when the block ends, finds nothing left to do.
    commits = ends and is_outermost and not database.needs_rollback
    return run_pipeline(raw, statements, prepares=prepares, commits=commits)


def _wrapped(
    database: Any, run_one: Callable[[Statement], list[Rows]]
) -> Callable[[str, Params], list[Rows]]:
    """With what has been put around every statement (Django's `execute_wrapper`)."""

    def wrapped(sql: str, params: Params) -> list[Rows]:
        def execute(sql: str, params: Params, _many: bool, _context: dict[str, Any]) -> list[Rows]:
            return run_one((sql, params))

        for wrapper in reversed(database.execute_wrappers):
            execute = partial(wrapper, execute)
        return execute(sql, params, False, {"connection": database, "cursor": None})

    return wrapped


def savepoint(name: str) -> Statement:
    """Sets a savepoint; see `db.undone_on_error`."""
    return f'SAVEPOINT "{name}"', None


def run(sql: str, params: Params = None) -> Rows:
    """One prepared statement."""
    return run_together((sql, params))[0]


@lru_cache(maxsize=64)
def select(model: type[models.Model], condition: str) -> str:
    """SELECT of all columns of a model, for `rows_as`; `condition` is what follows the table."""
    table, columns = _table_of(model), ", ".join(_quoted(each.column) for each in _fields(model))
    return f"SELECT {columns} FROM {table} {condition}"  # noqa: S608 (names of our own tables)


def rows_as(model: type[M], rows: Rows) -> list[M]:
    """The rows of a `select` as objects."""
    found = [_made(model, _from_database(model, row)) for row in rows]
    mark_inserted(*found)
    return found


# The models of a joined SELECT, each with its alias there.
Tables = tuple[tuple[type[models.Model], str], ...]


@lru_cache(maxsize=16)
def select_joined(tables: Tables, source: str) -> str:
    """SELECT of all columns of several models, for `joined_as`; `source` is FROM and the rest."""
    columns = ", ".join(
        f"{alias}.{_quoted(each.column)}" for model, alias in tables for each in _fields(model)
    )
    return f"SELECT {columns} {source}"


def joined_as(tables: Tables, row: tuple[Any, ...]) -> list[Any]:
    """A row of a `select_joined` as objects, with None where an outer join found nothing."""
    found: list[Any] = []
    at = 0
    for model, _alias in tables:
        own = row[at : at + len(_fields(model))]
        at += len(own)
        found.append(None if all(each is None for each in own) else rows_as(model, [own])[0])
    return found


def next_ids(model: type[models.Model], count: str = "%s") -> str:
    """SQL for the ids of new rows; `count` is SQL for how many. Ids are used up even when the
    transaction fails."""
    return f"ARRAY(SELECT {next_id(model)} FROM generate_series(1, ({count})))"  # noqa: S608 (as above)


def next_id(model: type[models.Model]) -> str:
    """SQL for the id of one new row."""
    return f"nextval('{_sequence_of(model)}')"


@lru_cache(maxsize=64)
def _sequence_of(model: type[models.Model]) -> str:
    # Asked once per process: to find it takes the server as long as a small query.
    ((found,),) = run("SELECT pg_get_serial_sequence(%s, 'id')", [_table_of(model)])
    return str(found)


def new(model: type[M], **values: Any) -> M:
    """As `model(**values)`, for values of the types the columns have: the ORM looks at each value
    in turn, which takes several times as long. Raises KeyError for a name the model does not have.
    """
    places, defaults = _blank(model)
    row = [value() if is_made else value for is_made, value in defaults]
    related: dict[str, models.Model | None] = {}
    for name, value in values.items():
        place, is_relation = places[name]
        if is_relation:
            related[name] = value
            row[place] = None if value is None else value.pk
        else:
            row[place] = value
    found = _made(model, row)
    found._state.fields_cache.update(related)
    return found


def _made(model: type[M], row: Iterable[Any]) -> M:
    """An object with these values, as `model(*row)` makes it, but for signals, which nobody here
    listens to: to set each value takes several times as long."""
    found = model.__new__(model)
    found._state = ModelState()
    found.__dict__.update(zip(_names(model), row, strict=True))
    return found


@lru_cache(maxsize=128)
def _names(model: type[models.Model]) -> list[str]:
    return [each.attname for each in _fields(model)]


@lru_cache(maxsize=64)
def _blank(
    model: type[models.Model],
) -> tuple[dict[str, tuple[int, bool]], list[tuple[bool, Any]]]:
    """Where each name has its place and whether it is a relation; and per place the default: made
    anew each time, or a value."""
    places: dict[str, tuple[int, bool]] = {}
    defaults: list[tuple[bool, Any]] = []
    for place, field in enumerate(_fields(model)):
        if field.is_relation:
            places[field.name] = place, True
        places[field.attname] = place, False
        if field.primary_key:
            places["pk"] = place, False
        is_made = field.has_default() and callable(field.default)
        defaults.append((is_made, field.default if is_made else field.get_default()))
    return places, defaults


def insertion(*rows: models.Model, then: Sequence[Statement] = ()) -> Statement:
    """One statement that inserts new objects as they are, of different tables perhaps; with an id
    where one was drawn.

    Rows of one table keep their order. No signals are sent, and an object without an id does not
    learn it. Say `mark_inserted` when it has run.
    What stands in `then` is done in the same statement, and sees nothing of the rest of it; all but
    the last has to change rows, or it would not be done at all.
    """
    database = connections[DEFAULT_DB_ALIAS]
    by_table: dict[tuple[type[models.Model], bool], list[models.Model]] = {}
    for row in rows:
        by_table.setdefault((type(row), row.pk is not None), []).append(row)
    values: list[Any] = []
    for (model, has_id), own in by_table.items():
        for row in own:
            kept = row.__dict__
            for name, plain, field in _written(model, has_id):
                value = kept[name]
                kind = type(value)
                if kind is plain:
                    # The ORM warns of times without a zone, and says which it takes.
                    is_ready = kind is not datetime or value.tzinfo is not None
                elif plain is str and isinstance(value, str):  # one of several choices
                    value, is_ready = str.__str__(value), True
                else:
                    is_ready = value is None and plain is not None
                if not is_ready:
                    value = field.get_db_prep_save(field.pre_save(row, True), database)
                values.append(value)
    shape = tuple((model, has_id, len(own)) for (model, has_id), own in by_table.items())
    values += [each for _sql, params in then for each in params or ()]
    return _in_one(shape, tuple(sql for sql, _params in then)), values


def insert_together(*rows: models.Model) -> None:
    """Insert new objects, of different tables perhaps, in one statement.

    Needs a transaction: foreign keys are looked at when it ends.
    """
    require_transaction()
    run_together(insertion(*rows))
    mark_inserted(*rows)


def mark_inserted(*rows: models.Model) -> None:
    """Let these objects know that the database has them: saving one again updates it."""
    for row in rows:
        row._state.adding = False
        row._state.db = DEFAULT_DB_ALIAS


@lru_cache(maxsize=128)
def _in_one(shape: tuple[tuple[type[models.Model], bool, int], ...], then: tuple[str, ...]) -> str:
    parts = []
    for model, has_id, count in shape:
        columns = [field.column for _name, _plain, field in _written(model, has_id)]
        names = ", ".join(_quoted(each) for each in columns)
        row = f"({', '.join(['%s'] * len(columns))})"
        values = ", ".join([row] * count)
        parts.append(f"INSERT INTO {_table_of(model)} ({names}) VALUES {values}")  # noqa: S608
    *others, last = (*parts, *then)
    if not others:
        return last
    first = ", ".join(f"part_{number} AS ({each})" for number, each in enumerate(others))
    return f"WITH {first} {last}"


# What the ORM hands to the database as it is: to ask each field about each value takes longer than
# to write it.
_PLAIN: dict[type[models.Field[Any, Any]], type] = {
    models.BigAutoField: int,
    models.BooleanField: bool,
    models.CharField: str,
    models.DateTimeField: datetime,
    models.FloatField: float,
    models.ForeignKey: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.TextField: str,
}


@lru_cache(maxsize=128)
def _written(model: type[models.Model], has_id: bool) -> list[tuple[str, type | None, Any]]:
    """The columns of a new row: attribute, the type that goes as it is, field."""
    return [
        (each.attname, None if _sets_itself(each) else _PLAIN.get(type(each)), each)
        for each in _fields(model)
        if has_id or not each.primary_key
    ]


def _sets_itself(field: Any) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


@lru_cache(maxsize=128)
def _fields(model: type[models.Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


@lru_cache(maxsize=128)
def _converters(model: type[models.Model]) -> list[tuple[int, Any, Any]]:
    """What the ORM does to values of these columns when it reads them, by place."""
    return [
        (place, convert, field.cached_col)
        for place, field in enumerate(_fields(model))
        for convert in (
            *connection.ops.get_db_converters(field.cached_col),
            *field.get_db_converters(connection),
        )
    ]


def _from_database(model: type[models.Model], row: tuple[Any, ...]) -> Sequence[Any]:
    values = list(row)
    for place, convert, column in _converters(model):
        values[place] = convert(values[place], column, connection)
    return values


def _table_of(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
