"""The stand-in as an HTTP server on this machine: sign-in, Graph and the page on one port."""

import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from .answers import Answer, Call
from .api import Calendars
from .gateway import Gateway, split_target
from .page import Page, Reply
from .store import Store
from .tokens import SignIn
from .user import User

VERSION = "/v1.0"
TOKEN_PATH = "/oauth2/v2.0/token"  # noqa: S105
LARGEST_BODY = 5_000_000
SAVE_EVERY_S = 1.0


class GraphServer:
    """Everything of it: `gateway` has the switches, `store` what is in the calendars.

    Only this machine can reach it. Port 0 takes a free one. `path` keeps the calendars.
    """

    def __init__(
        self,
        *,
        tenant: str,
        client_id: str,
        secret: str,
        port: int = 0,
        path: Path | None = None,
        welcomes_everybody: bool = False,
        time_zone: str = "UTC",
    ) -> None:
        self.store = Store(path)
        self.calendars = Calendars(self.store, welcomes_everybody=welcomes_everybody)
        self.sign_in = SignIn(tenant, client_id, secret)
        self.gateway = Gateway(self.calendars, self.sign_in)
        self._page = Page(self.store, time_zone)
        self._server = _Server(("127.0.0.1", port), _handler(self._answer, self._show))
        self._stopping = Event()
        self._threads = [
            Thread(target=self._server.serve_forever, args=(0.05,), daemon=True),
            Thread(target=self._keep, daemon=True),
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def base_url(self) -> str:
        """What a client takes for Graph's address."""
        return self.url + VERSION

    def user(self, address: str) -> User:
        """The owner of a mailbox, which is made if there was none."""
        return User(self.store, self.store.add_mailbox(address))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
        self.store.save()

    def _keep(self) -> None:
        while not self._stopping.wait(SAVE_EVERY_S):
            self.store.save()

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        path, query = split_target(target)
        if path.endswith(TOKEN_PATH):
            tenant = path.removesuffix(TOKEN_PATH).strip("/")
            form = dict(parse_qsl(body.decode(errors="replace")))
            return self.sign_in.answer(tenant, form, url=f"{self.url}/{tenant}{TOKEN_PATH}")
        try:
            content = json.loads(body) if body else None
        except ValueError:
            content = None
        inside = path.removeprefix(VERSION)
        return self.gateway.answer(Call(method, inside, query, headers, content, self.base_url))

    def _show(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        path, query = split_target(target)
        form = dict(parse_qsl(body.decode(errors="replace")))
        return self._page.reply(method, path, query, form, headers, own=self.url)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Many workers may knock at the same moment.
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are no news; our own mistakes are."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


Api = Callable[[str, str, dict[str, str], bytes], Answer]
Show = Callable[[str, str, dict[str, str], bytes], Reply]


def _handler(answer: Api, show: Show) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or small answers wait for the client's delayed ACK
        wbufsize = -1  # head and body in one piece
        timeout = 60

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > LARGEST_BODY:
                self._write(413, {}, b"")
                self.close_connection = True
                return
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path.startswith(f"{VERSION}/") or TOKEN_PATH in self.path:
                self._write_answer(answer(self.command, self.path, headers, body), headers)
            else:
                reply = show(self.command, self.path, headers, body)
                self._write(reply.status, reply.headers, reply.body)

        do_POST = do_PATCH = do_DELETE = do_PUT = do_HEAD = do_GET  # noqa: N815

        def _write_answer(self, reply: Answer, asked: dict[str, str]) -> None:
            if reply.status == 0:
                self.close_connection = True
                return
            headers = {
                "request-id": str(uuid4()),
                "client-request-id": asked.get("client-request-id", ""),
                **reply.headers,
            }
            body = b""
            if reply.raw is not None:
                headers["Content-Type"] = "text/html"
                body = reply.raw
            elif reply.body is not None:
                headers["Content-Type"] = "application/json"
                body = json.dumps(reply.body).encode()
            self._write(reply.status, headers, body)

        def _write(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, format: str, *args: Any) -> None:
            """The gateway keeps a log of its own."""

    return Handler
