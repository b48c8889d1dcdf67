"""Server-sent events of visits: an ASGI application beside Django's.

The address is the page's own with `live` behind it, so that the browser sends the cookie that
opened the page and the address holds no secret.
"""

import asyncio
import logging
import random
import re
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import parse_cookie

from doorstep.interfaces.web.middleware.client_address import client_address
from doorstep.interfaces.web.middleware.language import supported_language

from .hub import Hub
from .stream import Stream
from .viewers import Viewer, cookies_that_count

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

logger = logging.getLogger(__name__)

_ADDRESS = re.compile(r"/(visits?)/([A-Za-z0-9_-]{1,64})/live")
# Who reads nothing for so long has gone.
SEND_S = 30.0
# After a restart browsers do not all come back in the same second.
RETRY_MS = (2_000, 8_000)
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # Proxies (nginx) pass each event on at once.
    (b"x-accel-buffering", b"no"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
    (b"x-content-type-options", b"nosniff"),
]


class LiveStreams:
    """Serves `/visit/<code>/live` and `/visits/<code>/live`; the limits are per process."""

    def __init__(self, hub: Hub | None = None) -> None:
        self._hub = hub or Hub()
        self._per_address: Counter[str] = Counter()
        self._knows_exit = False

    @staticmethod
    def serves(scope: Scope) -> bool:
        return scope["type"] == "http" and _ADDRESS.fullmatch(scope["path"]) is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await _answer(send, 405, [(b"allow", b"GET")])
            return
        self._learn_of_exit()
        address = _address_of(scope)
        if self._is_full(address):
            # The page asks from time to time instead.
            await _answer(send, 503, [(b"retry-after", b"60")])
            return
        self._per_address[address] += 1
        stream = self._hub.open(_viewer_of(scope))
        try:
            await _until_first(
                _serve(stream, send),
                _until_gone(receive),
            )
        finally:
            self._hub.leave(stream)
            self._per_address[address] -= 1
            if not self._per_address[address]:
                del self._per_address[address]

    def _is_full(self, address: str) -> bool:
        return (
            self._hub.is_closed
            or self._hub.count >= settings.LIVE_STREAMS
            or self._per_address[address] >= settings.LIVE_STREAMS_PER_ADDRESS
        )

    def _learn_of_exit(self) -> None:
        """The server waits for open requests when it is told to stop; ours would never end.

        Its handler of signals is in place by now, so ours goes before it.
        """
        if self._knows_exit or threading.current_thread() is not threading.main_thread():
            return
        self._knows_exit = True
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            servers_own = signal.getsignal(number)

            def handle(signum: int, frame: Any, servers_own: Any = servers_own) -> None:
                loop.call_soon_threadsafe(self._hub.close)
                if callable(servers_own):
                    servers_own(signum, frame)

            signal.signal(number, handle)


async def _serve(stream: Stream, send: Send) -> None:
    frame = await stream.next()
    if not stream.was_let_in:
        # The same for closed, unknown and never allowed.
        await _answer(send, 404 if stream.was_let_in is False else 503, [])
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    pause_ms = random.randint(*RETRY_MS)  # noqa: S311 (spreads load, guards nothing)
    frame = f"retry: {pause_ms}\n\n".encode() + frame
    while frame:
        message = {"type": "http.response.body", "body": frame, "more_body": True}
        await asyncio.wait_for(_as_coroutine(send(message)), SEND_S)
        frame = await stream.next()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_first(*parts: Awaitable[None]) -> None:
    """Run side by side; the first to end ends the others. Its error is ours."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            # Somebody who went away, or reads too slowly, is no error.
            with suppress(OSError, TimeoutError):
                task.result()
    finally:
        for task in tasks:
            task.cancel()


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    plain = [(b"cache-control", b"no-store"), (b"content-length", b"0"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": plain})
    await send({"type": "http.response.body", "body": b""})


async def _as_coroutine(awaitable: Awaitable[None]) -> None:
    await awaitable


def _viewer_of(scope: Scope) -> Viewer:
    found = _ADDRESS.fullmatch(scope["path"])
    assert found is not None
    by_link = found[1] == "visit"
    headers = dict(scope["headers"])
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    wanted = parse_qs(scope["query_string"].decode("latin-1")).get("language", [""])[0]
    return Viewer(
        booking_code=found[2],
        by_link=by_link,
        language=supported_language(wanted) or settings.LANGUAGE_CODE,
        cookies=cookies_that_count(by_link=by_link, cookies=cookies),
    )


def _address_of(scope: Scope) -> str:
    forwarded = ", ".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    )
    return client_address(forwarded) or (scope.get("client") or ("",))[0]
