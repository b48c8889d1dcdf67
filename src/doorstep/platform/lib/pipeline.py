"""Prepared statements in one round trip, by PostgreSQL's pipeline mode.

The driver's cursors can do the same, but take as much processor time for it as everything else that
a confirmation does on the client (docs/decisions/0014-the-cost-of-confirming.md): each has its own
view of types, and each step waits for itself. Here a connection keeps one view, and an exchange
waits once. Connecting, values, waiting and errors are the driver's.

The driver prepares nothing by itself on these connections (`prepare_threshold`), so it never takes
away what is prepared here, as it would after each rollback.
"""

import re
from collections import OrderedDict
from collections.abc import Generator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from psycopg.waiting import Ready, Wait

Params = Sequence[Any] | Mapping[str, Any] | None
Statement = tuple[str, Params]
Rows = list[tuple[Any, ...]]

# More than the product has; the longest unused goes.
MOST_PREPARED = 200
_ATTRIBUTE = "_doorstep_prepared"
_PLACEHOLDER = re.compile(r"%%|%s|%\((\w+)\)s")


Key = tuple[bytes, tuple[int, ...]]


class _Prepared:
    """What one connection has prepared, by text and types of the values, and its view of types."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        cursor = raw.cursor()
        # All numbers of one size: else each size would be a statement of its own.
        for dumper in (Int8Dumper, Int8BinaryDumper):  # within lists, and alone
            cursor.adapters.register_dumper(int, dumper)
        self.types: abc.Transformer = Transformer(cursor)
        self.names: OrderedDict[Key, bytes] = OrderedDict()
        self.count = 0

    def new_name(self) -> bytes:
        self.count += 1
        return b"doorstep_%d" % self.count


def run_pipeline(
    raw: psycopg.Connection[Any],
    statements: Sequence[Statement],
    *,
    prepares: bool,
    commits: bool = False,
) -> list[Rows]:
    """Run the statements in this order; returns the rows of each.

    Begins a transaction where the connection is to have one, and ends it if it `commits`. Raises
    the first error, as psycopg does; of the statements behind it none has run. A plan that a
    migration made useless raises FeatureNotSupported once, and all are made anew after it. What
    breaks off the exchange itself closes the connection.
    """
    prepared: _Prepared | None = getattr(raw, _ATTRIBUTE, None)
    if prepared is None:
        prepared = _Prepared(raw)
        setattr(raw, _ATTRIBUTE, prepared)
    values = [_values(prepared.types, *statement) for statement in statements]
    exchange = _Exchange(raw.pgconn, prepared)
    with raw.lock:
        raw.pgconn.enter_pipeline_mode()
        try:
            if not raw.autocommit and raw.pgconn.transaction_status == TransactionStatus.IDLE:
                exchange.command(b"BEGIN")
            for each in values:
                exchange.statement(*each, prepares=prepares)
            if commits:
                exchange.command(b"COMMIT")
            raw.pgconn.pipeline_sync()
            results = raw.wait(_answers(raw.pgconn))
        except BaseException:
            # What is still on its way would be taken for the answer to something else.
            raw.close()
            raise
        raw.pgconn.exit_pipeline_mode()
    return exchange.rows(results)


class _Exchange:
    """What has been sent, and what its answers are for."""

    def __init__(self, pgconn: PGconn, prepared: _Prepared) -> None:
        self.pgconn = pgconn
        self.prepared = prepared
        # For each answer: whether its rows were asked for, and what it prepares.
        self._sent: list[tuple[bool, Key | None]] = []
        self._new: dict[Key, bytes] = {}

    def command(self, text: bytes) -> None:
        self.pgconn.send_query_params(text, None)
        self._sent.append((False, None))

    def statement(
        self,
        text: bytes,
        values: Sequence[Any] | None,
        types: tuple[int, ...],
        formats: Sequence[Any] | None,
        *,
        prepares: bool,
    ) -> None:
        if not prepares:
            self.pgconn.send_query_params(text, values, types, formats)
            self._sent.append((True, None))
            return
        names = self.prepared.names
        key = text, types
        name = names.get(key) or self._new.get(key)
        if name is None:
            while len(names) >= MOST_PREPARED:
                _oldest, gone = names.popitem(last=False)
                self.command(b"DEALLOCATE " + gone)
            name = self.prepared.new_name()
            self.pgconn.send_prepare(name, text, types)
            self._new[key] = name
            self._sent.append((False, key))
        elif key in names:
            names.move_to_end(key)
        self.pgconn.send_query_prepared(name, values, formats)
        self._sent.append((True, None))

    def rows(self, results: Sequence[PGresult]) -> list[Rows]:
        """What the statements found. Raises the first error."""
        found: list[Rows] = []
        types = self.prepared.types
        for (is_asked, made), result in zip(self._sent, results, strict=True):
            if result.status == ExecStatus.FATAL_ERROR:
                raise self._error(result)
            if made is not None:
                self.prepared.names[made] = self._new[made]
            elif is_asked and result.status == ExecStatus.TUPLES_OK:
                types.set_pgresult(result)
                found.append(types.load_rows(0, result.ntuples, tuple))
                types.set_pgresult(None)  # it would stay in memory until the next one
            elif is_asked:
                found.append([])
        return found

    def _error(self, result: PGresult) -> psycopg.Error:
        error = error_from_result(result)
        if isinstance(
            error, psycopg.errors.FeatureNotSupported | psycopg.errors.InvalidSqlStatementName
        ):
            # A migration changed a table for which there is a plan, or somebody between took the
            # plans away. Those that are left on the server end with the connection.
            self.prepared.names.clear()
        return error


def _answers(pgconn: PGconn) -> Generator[Wait, Ready | int, list[PGresult]]:
    """All answers up to the end of the exchange; for `Connection.wait`."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()
    found: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            yield Wait.R
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # the end of one statement's answer
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)


def _values(
    types: abc.Transformer, sql: str, params: Params
) -> tuple[bytes, Sequence[Any] | None, tuple[int, ...], Sequence[Any] | None]:
    """Text, values, their types and formats, as the server takes them."""
    if params is None:
        return sql.encode(), None, (), None
    text, names, count = _numbered(sql)
    if isinstance(params, Mapping):
        params = [params[name] for name in names]
    elif len(params) != count:
        raise psycopg.ProgrammingError(f"{len(params)} values for {count} placeholders")
    if not params:
        return text, None, (), None
    values = types.dump_sequence(params, _formats(len(params)))
    return text, values, types.types or (), types.formats


@lru_cache(maxsize=256)
def _formats(count: int) -> list[PyFormat]:
    return [PyFormat.AUTO] * count


@lru_cache(maxsize=512)
def _numbered(sql: str) -> tuple[bytes, list[str], int]:
    """The placeholders %s and %(name)s as the server has them, $1 and so on; the names in the order
    of their numbers, and how many have none."""
    names: dict[str, int] = {}
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        if found[1] is not None:
            return f"${names.setdefault(found[1], len(names) + 1)}"
        count += 1
        return f"${count}"

    text = _PLACEHOLDER.sub(number, sql)
    return text.encode(), list(names), count
