"""No network, a fixed cast, and a fixed today. See tests/factories for the people."""

import gc
import shutil
import subprocess
import sys
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from doorstep.domain.bookings.models import ParentStatus
from doorstep.domain.bookings.selectors import get_default_status
from doorstep.engine import warm
from tests.database.stage import Make, stage
from tests.database.template import NotAllowed, check_role, ensure_template
from tests.doubles.served import Served, beside_test

# How long an example takes says how busy the machine is.
hypothesis_settings.register_profile("doorstep", deadline=None)
hypothesis_settings.load_profile("doorstep")
# A sixth of the time went into looking for garbage among modules and tests, which stay to the end.
gc.set_threshold(100_000, 20, 20)

# The shell without a window first: the same engine for half of the work.
CHROMIUM_NAMES = (
    "chromium-headless-shell", "chrome-headless-shell",
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
)  # fmt: skip
# Monday 23 November 2026, 09:00 in London: an ordinary winter Monday.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COMPILERS = pytest.StashKey[list[subprocess.Popen[bytes]]]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say at once, and once, when the database server is not one for tests; and begin to compile,
    while tests are collected."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    with session.config.stash[blocking_manager_key].unblock():
        try:
            check_role()
        except NotAllowed as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
    session.config.stash[COMPILERS] = [
        subprocess.Popen([sys.executable, "-c", f"from doorstep.engine import {part}; {part}()"])
        for part in ("warm_search", "warm_replan")
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:
    """No worker gets a test before this was called for each of them."""
    with node.config.stash[blocking_manager_key].unblock():
        ensure_template()
    _await_compilers(node.config)


def _await_compilers(config: pytest.Config) -> None:
    """No test's time is counted before everything is compiled."""
    if any(process.wait() for process in config.stash.get(COMPILERS, [])):
        pytest.exit("The search could not be compiled.", returncode=pytest.ExitCode.INTERNAL_ERROR)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Once, when no process of the run is left."""
    yield
    if not hasattr(session.config, "workerinput"):
        shutil.rmtree(settings.MEDIA_ROOT)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there before the first test is never garbage."""
    _await_compilers(session.config)
    gc.collect()
    gc.freeze()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    """No test waits for compiled code to be loaded, least of all in the middle of a transaction."""
    warm()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_use_migrations: bool,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    """Test databases are copies of one in which all migrations have run."""
    if django_db_use_migrations:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = ensure_template()


@pytest.fixture(scope="module")
def _server(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Served, None, None]:
    log = tmp_path_factory.mktemp("served") / "serve.log"
    server = Served(log=log, environment=beside_test(connection.settings_dict["NAME"]))
    yield server
    server.stop()


@pytest.fixture
def served(transactional_db: None, _server: Served) -> Generator[Served, None, None]:
    """`doorstep serve` as a process of its own, beside the tests of a file. Its clock is the real
    one. A test may stop it, and start it with another environment."""
    usual = dict(_server.environment)
    if not _server.is_running:
        _server.start()
    yield _server
    if _server.environment != usual:
        _server.stop()
        _server.environment = usual


def _what_it_begins_with(node: pytest.Item) -> Make | None:
    marker = node.get_closest_marker("begins_with")
    return marker.args[0] if marker else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture of a test that begins with something else."""
    if not stage.may_stay(_what_it_begins_with(item)):
        with item.config.stash[blocking_manager_key].unblock():
            stage.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> None:
    """Before the test's own transaction begins, and behind everything that makes the database."""
    if fixturedef.argname != "_django_db_helper":
        return
    make = _what_it_begins_with(request.node)
    if make is not None:
        with request.config.stash[blocking_manager_key].unblock():
            stage.set(make)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(
    item: pytest.Function, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """Put right what real commits leave behind, once the tables are empty: the statuses that
    migrations bring have to come back."""
    yield
    marker = item.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(item.fixturenames)
    if nextitem and (commits or (marker and marker.kwargs.get("transaction"))):
        with item.config.stash[blocking_manager_key].unblock():
            for parent in ParentStatus:
                get_default_status(parent)
            connection.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not any(shutil.which(name) for name in CHROMIUM_NAMES):
        terminalreporter.write_line(
            "Skipped: the browser tests. There is no Chromium on this machine.", yellow=True
        )
