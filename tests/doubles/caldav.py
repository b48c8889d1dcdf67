"""What stands between us and a CalDAV server and misbehaves on command."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from doorstep.demo.graph.faults import Fault, FaultScript, RequestLog
from tests.doubles.http import HttpDouble, Reply, Request
from tests.doubles.radicale import forward

Rewrite = Callable[[Request, Reply], Reply]


class CaldavProxy(HttpDouble):
    """Passes everything on to `port`, but for the faults of `script`; `rewrite` changes answers,
    `before` sees requests before they go on, as when a user is faster, and may answer itself."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port
        self.script, self.log = FaultScript(), RequestLog()
        self.rewrite: Rewrite = lambda _request, reply: reply
        self.before: Callable[[Request], Reply | None] = lambda _request: None

    def answer(self, request: Request) -> Reply:
        path = urlsplit(request.path).path
        user = _user(request)
        entry = self.log.arrived(request.method, path, user)
        fault = self.script.next_for(request.method, path, user)
        if fault is not None and not fault.is_done:
            reply = _spoilt(fault)
        else:
            reply = self.before(request) or self.rewrite(request, self._forwarded(request))
            if fault is not None:
                reply = _spoilt(fault)
        self.log.answered(
            entry,
            0 if reply.hangs_up else reply.status,
            retry_after_s=fault.retry_after_s if fault else None,
            is_for_account=bool(fault and fault.is_for_account),
        )
        return reply

    def _forwarded(self, request: Request) -> Reply:
        headers = {n: v for n, v in request.headers.items() if n not in ("host", "connection")}
        return forward(self._port, request.method, request.path, headers, request.body)


def _user(request: Request) -> str:
    """Who signs in, which the script and the log take for the mailbox."""
    sign = request.headers.get("authorization", "").removeprefix("Basic ")
    return b64decode(sign).decode().partition(":")[0].lower()


def _spoilt(fault: Fault) -> Reply:
    if fault.hangs_up:
        return Reply(hangs_up=True)
    headers = {"Content-Type": "text/html"}
    if (wait := fault.retry_after(datetime.now(UTC))) is not None:
        headers["Retry-After"] = wait
    return Reply(fault.status, fault.body or b"<html>Sorry</html>", headers)


def dav_error(status: int, condition: str, inner: str = "") -> Reply:
    """A refusal that names its condition (RFC 4918, 16), such as c:no-uid-conflict."""
    body = (
        f'<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
        f"<{condition}>{inner}</{condition}></d:error>"
    )
    return Reply(status, body.encode(), {"Content-Type": "application/xml"})


def without_header(reply: Reply, name: str) -> Reply:
    kept = {each: value for each, value in reply.headers.items() if each.lower() != name.lower()}
    return replace(reply, headers=kept)
