"""A real HTTP server on this machine that answers what a test tells it, or misbehaves."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, TypeVar

from tests.doubles.ports import kept_port


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    # Misbehavior: wait before answering, drip the body, promise more than is sent, or hang up
    # without a word.
    wait_s: float = 0
    drip_s: float = 0
    cut: bool = False
    hangs_up: bool = False


def json_reply(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


GARBAGE = Reply(body=b"<html>Welcome to the hotel network</html>")
CUT = Reply(body=b'{"code":', cut=True)
SLOW = Reply(body=b"{}", wait_s=30)
HANG_UP = Reply(hangs_up=True)


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients of these tests hang up in the middle; that is no news."""


class HttpDouble:
    """Answers with `reply`, or asks `answer` when `reply` is None; remembers every request."""

    def __init__(self, reply: Reply | None = None) -> None:
        self.reply = reply
        self.requests: list[Request] = []
        self.stopping = Event()
        self._server = QuietServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: Request) -> Reply:
        return Reply(404)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(double: "HttpDouble") -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or small answers wait for the client's delayed ACK

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, body)
                double.requests.append(request)
                self.write(double.reply or double.answer(request))

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815
            do_OPTIONS = do_PROPFIND = do_REPORT = do_MKCALENDAR = do_GET  # noqa: N815

            def write(self, reply: Reply) -> None:
                double.stopping.wait(reply.wait_s) if reply.wait_s else None
                if reply.hangs_up:
                    self.close_connection = True
                    return
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    promised = len(reply.body) + (1000 if reply.cut else 0)
                    self.send_header("Content-Length", str(promised))
                    self.end_headers()
                    self.write_body(reply)
                except OSError:  # the client has gone, as some tests want
                    self.close_connection = True

            def write_body(self, reply: Reply) -> None:
                if reply.drip_s:
                    for byte in reply.body:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(reply.drip_s)
                else:
                    self.wfile.write(reply.body)
                self.close_connection = reply.cut

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


Double = TypeVar("Double", bound=HttpDouble)


@contextmanager
def running(double: Double) -> Iterator[Double]:
    double.start()
    try:
        yield double
    finally:
        double.stop()


def free_url() -> str:
    """An address of this machine where nobody listens."""
    return f"http://127.0.0.1:{kept_port()}"
