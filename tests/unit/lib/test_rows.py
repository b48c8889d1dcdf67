"""Statements that are sent together."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from doorstep.domain.resources.models import (
    BookableResource,
    Characteristic,
    RatingModel,
    ResourceCharacteristic,
)
from doorstep.platform.audit.models import LogEntry, Source
from doorstep.platform.lib.db import TransactionRequired, undone_on_error
from doorstep.platform.lib.rows import (
    insert_together,
    insertion,
    joined_as,
    new,
    next_id,
    next_ids,
    rows_as,
    run,
    run_together,
    savepoint,
    select,
    select_joined,
)
from tests.factories.resources import make_technician

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_transaction() -> Iterator[None]:
    with transaction.atomic():
        yield


def _drawn(model: type[Model]) -> int:
    ((drawn,),) = run(f"SELECT {next_id(model)}")
    return int(drawn)


def elsewhere(sql: str) -> list[tuple[Any, ...]]:
    """What another connection finds."""
    settings = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{each: settings[each] for each in names if each in settings}) as other:
        return other.execute(sql).fetchall()


def log_entry(**values: object) -> LogEntry:
    defaults = {
        "actor_label": "Somebody",
        "source": Source.SYSTEM,
        "action": "tested",
        "object_type": "x.y",
        "object_id": 2**40,
        "object_label": "it",
        "data": {"list": [1, "two"], "quote": "'; --"},
    }
    return LogEntry(**(defaults | values))


@pytest.mark.usefixtures("in_transaction")
def test_what_is_inserted_is_what_the_orm_reads() -> None:
    at = datetime(2026, 11, 23, 9, 0, 0, 123456, UTC)

    insert_together(log_entry(at=at))

    kept = LogEntry.objects.get()
    assert kept.at == at
    assert kept.source == Source.SYSTEM
    assert kept.object_id == 2**40
    assert kept.data == {"list": [1, "two"], "quote": "'; --"}
    assert kept.actor is None


def test_what_is_selected_is_what_the_orm_reads() -> None:
    technician = make_technician()

    (found,) = rows_as(
        BookableResource, run(select(BookableResource, "WHERE id = %s"), [technician.pk])
    )

    expected = BookableResource.objects.get()
    assert vars(found) | {"_state": None} == vars(expected) | {"_state": None}
    found.name = "Renamed"
    found.save()
    assert BookableResource.objects.get().name == "Renamed"


def test_a_new_object_is_what_the_orm_would_have_made() -> None:
    technician = make_technician()
    values: dict[str, Any] = {"resource": technician, "characteristic_id": 7, "rating": 2, "pk": 3}

    found = new(ResourceCharacteristic, **values)

    expected = ResourceCharacteristic(**values)
    assert vars(found) | {"_state": None} == vars(expected) | {"_state": None}
    assert found._state.fields_cache == expected._state.fields_cache
    assert found.resource is technician


def test_a_new_object_has_defaults_of_its_own() -> None:
    one, other = new(LogEntry, action="tested"), new(LogEntry, action="tested")

    one.data["seen"] = True

    assert other.data == {}
    assert one.at.tzinfo is not None


def test_a_new_object_takes_no_name_that_its_model_does_not_have() -> None:
    with pytest.raises(KeyError):
        new(LogEntry, deed="tested")


def test_what_ends_a_transaction_is_committed_when_it_returns() -> None:
    with transaction.atomic():
        run_together(insertion(log_entry()), ends=True)
        seen = "SELECT count(*) FROM audit_logentry"
        ((others_see,),) = elsewhere(seen)

    assert others_see == 1
    assert LogEntry.objects.count() == 1


def test_a_transaction_that_began_further_out_is_ended_there() -> None:
    @transaction.atomic
    def fail_further_out() -> None:
        with transaction.atomic():
            run_together(insertion(log_entry()), ends=True)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_further_out()

    assert not LogEntry.objects.exists()


def test_what_fails_at_the_commit_is_undone_and_raised() -> None:
    """Foreign keys are looked at when the transaction ends."""
    with pytest.raises(IntegrityError), transaction.atomic():
        run_together(insertion(log_entry(), log_entry(actor_id=2**40)), ends=True)

    assert not LogEntry.objects.exists()


@pytest.mark.usefixtures("in_transaction")
def test_json_and_instants_come_back_as_the_orm_has_them() -> None:
    LogEntry.objects.bulk_create([log_entry()])

    (found,) = rows_as(LogEntry, run(select(LogEntry, "WHERE action = %s"), ["tested"]))

    assert found.data == {"list": [1, "two"], "quote": "'; --"}
    assert found.at == LogEntry.objects.get().at


@pytest.mark.usefixtures("in_transaction")
def test_rows_with_a_drawn_id_may_name_each_other_in_any_order() -> None:
    rating = RatingModel(pk=_drawn(RatingModel), name="One to five")

    insert_together(Characteristic(name="Gas", rating_model=rating), rating)

    assert Characteristic.objects.get().rating_model.name == "One to five"


@pytest.mark.usefixtures("in_transaction")
def test_rows_of_several_tables_go_in_one_statement_and_keep_their_order() -> None:
    rating = RatingModel(pk=_drawn(RatingModel), name="100 % of one to five")
    entries = [log_entry(action=f"number {number}") for number in range(8)]

    run_together(insertion(*entries[:4], rating, *entries[4:]))

    actions = LogEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [each.action for each in entries]
    assert RatingModel.objects.get().name == "100 % of one to five"


@pytest.mark.usefixtures("in_transaction")
def test_a_joined_row_comes_back_as_objects_and_none_where_nothing_was_joined() -> None:
    Characteristic.objects.create(name="Gas")
    tables = ((Characteristic, "skill"), (RatingModel, "rating"))
    source = """
      FROM resources_characteristic AS skill
      LEFT JOIN resources_ratingmodel AS rating ON rating.id = skill.rating_model_id
    """

    skill, rating = joined_as(tables, run(select_joined(tables, source))[0])

    assert (skill, rating) == (Characteristic.objects.get(), None)


@pytest.mark.usefixtures("in_transaction")
def test_an_object_inserted_with_an_id_is_updated_when_saved_again() -> None:
    rating = RatingModel(pk=_drawn(RatingModel), name="One to five")
    insert_together(rating)

    rating.name = "Stars"
    rating.save()

    assert list(RatingModel.objects.values_list("name", flat=True)) == ["Stars"]


def test_ids_are_drawn_for_each_row() -> None:
    ((ids,),) = run(f"SELECT {next_ids(RatingModel)}", [3])

    assert len(set(ids)) == 3


def test_each_statement_sees_what_the_one_before_it_did() -> None:
    with transaction.atomic():
        _inserted, counted = run_together(
            insertion(log_entry()), ("SELECT count(*) FROM audit_logentry", None)
        )

    assert counted == [(1,)]


def test_a_failing_statement_raises_what_django_raises_and_stops_those_after_it() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        run_together(
            insertion(log_entry(action="before")),
            insertion(log_entry(actor_label=None)),
            insertion(log_entry(action="after")),
        )

    assert not LogEntry.objects.exists()


def test_after_a_failure_the_savepoint_goes_and_the_transaction_stays() -> None:
    with transaction.atomic():
        insert_together(log_entry(action="kept"))
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_together(log_entry(action="lost"), log_entry(actor_label=None))
        insert_together(log_entry(action="kept"))

    assert list(LogEntry.objects.values_list("action", flat=True)) == ["kept", "kept"]


def prepared(sql: str) -> int:
    """How often the server has this statement prepared on this connection."""
    ((count,),) = run("SELECT count(*) FROM pg_prepared_statements WHERE statement = %s", [sql])
    return int(count)


def test_the_same_statement_works_with_small_and_large_numbers() -> None:
    numbers = [run("SELECT %s::bigint", [number])[0][0] for number in (1, 2**20, 2**40)]

    assert numbers == [1, 2**20, 2**40]
    assert prepared("SELECT $1::bigint") == 1


def test_the_same_statement_works_with_lists_of_small_and_large_numbers() -> None:
    lists = [run("SELECT %s::bigint[]", [numbers])[0][0] for numbers in ([1], [2**20, 7], [2**40])]

    assert lists == [[1], [2**20, 7], [2**40]]
    assert prepared("SELECT $1::bigint[]") == 1


def test_rows_are_inserted_in_a_transaction_only() -> None:
    with pytest.raises(TransactionRequired):
        insert_together(log_entry())


def test_whoever_counts_queries_sees_each_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        run_together(("SELECT 1", None), ("SELECT %s::int", [2]))

    assert [each["sql"] for each in queries.captured_queries] == [
        "SELECT 1 -- None",
        "SELECT %s::int -- [2]",
    ]


# --- Savepoints set together with statements ------------------------------------------------------


def names() -> list[str]:
    return list(RatingModel.objects.order_by("name").values_list("name", flat=True))


def add_then(fail: Callable[[], object]) -> None:
    with undone_on_error("here"):
        run_together(savepoint("here"), insertion(RatingModel(name="Undone")))
        fail()


def go_wrong() -> None:
    raise LookupError


@pytest.mark.usefixtures("in_transaction")
def test_a_failed_block_is_undone_and_what_was_before_it_stays() -> None:
    RatingModel.objects.create(name="Before")
    for _twice in range(2):
        with pytest.raises(LookupError):
            add_then(go_wrong)
    RatingModel.objects.create(name="After")

    assert names() == ["After", "Before"]


@pytest.mark.usefixtures("in_transaction")
def test_a_block_that_failed_in_the_database_leaves_the_transaction_usable() -> None:
    RatingModel.objects.create(name="Before")
    with pytest.raises(IntegrityError):
        add_then(lambda: RatingModel.objects.create(name="Before"))

    assert names() == ["Before"]


def test_outside_a_transaction_the_block_is_one_of_its_own() -> None:
    with pytest.raises(LookupError):
        add_then(go_wrong)
    with undone_on_error("here"):
        run_together(savepoint("here"), insertion(RatingModel(name="Done")))

    assert names() == ["Done"]


def test_whoever_is_put_around_statements_is_around_these_too() -> None:
    seen = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert run_together(("SELECT 1", None), ("SELECT 2", None)) == [[(1,)], [(2,)]]
    run("SELECT 3")

    assert seen == ["SELECT 1", "SELECT 2"]


def test_nothing_to_run_is_nothing() -> None:
    assert run_together() == []


def alter_elsewhere(length: int) -> None:
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(f"ALTER TABLE resources_ratingmodel ALTER COLUMN name TYPE varchar({length})")


def test_a_table_that_a_migration_altered_is_read_all_the_same() -> None:
    statement = select(RatingModel, "ORDER BY id")
    run(statement)
    alter_elsewhere(81)
    try:
        assert run(statement) == []
    finally:
        alter_elsewhere(80)


@pytest.mark.usefixtures("in_transaction")
def test_what_was_to_follow_the_commit_goes_with_the_block() -> None:
    with pytest.raises(LookupError):
        add_then(lambda: (transaction.on_commit(go_wrong), go_wrong()))

    assert connection.run_on_commit == []
