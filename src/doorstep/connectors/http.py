"""The HTTP client of all connectors: limits in time and size, no redirects, no private addresses.

A host name is resolved once per request and the connection goes to the address that was checked,
so that a second DNS answer cannot lead inside (DNS rebinding). Environment proxies are ignored.
"""

import ipaddress
import json
import socket
import ssl
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx

from doorstep.connectors.base import (
    ConnectorError,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)

CONNECT_S, READ_S, TOTAL_S = 5.0, 20.0, 60.0
MAX_BYTES = 5_000_000
LONGEST_RETRY_AFTER_S = 3600.0
REPEATABLE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PROPFIND", "REPORT"})
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
WORTH_REPEATING = frozenset({408, 425, 429})

Resolver = Callable[[str, int], list[str]]


class AddressForbidden(httpx.TransportError):
    """The host has an address that connectors may not reach."""


class HostUnknown(httpx.TransportError):
    """The host name has no address now."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Status, headers (names in lower case) and body of an answer of any status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_repeatable: bool = True

    def json(self) -> Any:
        """The body as JSON; garbage is a TemporaryFailure, or UnknownOutcome after a send."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise _lost(self.is_repeatable, "bad_answer", "The answer is not JSON.") from error


class HttpClient:
    """One per connector account; keeps connections open; safe to share between threads.

    `before_request` is called right before each request, also the second and third of one
    operation; what it raises ends the operation there.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
        total_s: float = TOTAL_S,
        max_bytes: int = MAX_BYTES,
        user_agent: str = "Doorstep",
        resolve: Resolver | None = None,
    ) -> None:
        self.before_request: Callable[[], None] | None = None
        self._timeout = httpx.Timeout(read_s, connect=connect_s)
        self._total_s = total_s
        self._max_bytes = max_bytes
        self._client = httpx.Client(
            transport=PinnedTransport(resolve or resolve_host, allow_private=allow_private),
            timeout=self._timeout,
            follow_redirects=False,
            trust_env=False,
            # Compressed answers could unpack to more than the limit; we do not ask for them.
            headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
        )
        # Connectors come and go with their settings; nobody has to remember to close them.
        self._close = weakref.finalize(self, self._client.close)

    def close(self) -> None:
        """Close what is open; the client is of no use afterwards. Happens by itself at the end."""
        self._close()

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> HttpResponse:
        """The answer, whatever its status; see `check_status`.

        `repeatable` says that asking twice does no harm; by default so for the methods of which
        HTTP and WebDAV say it, thus not for POST and PATCH. Raises TemporaryFailure when nothing
        was done, PermanentFailure for an address that is forbidden or no address, and
        UnknownOutcome when a request that is not repeatable was cut off on the way.
        """
        is_repeatable = method.upper() in REPEATABLE_METHODS if repeatable is None else repeatable
        if self.before_request is not None:
            self.before_request()
        try:
            with self._client.stream(
                method,
                url,
                params=params,
                json=json,
                data=form,
                content=content,
                headers=headers,
                auth=auth,
            ) as response:
                body = self._read(response, is_repeatable)
                found = {name.lower(): value for name, value in response.headers.items()}
                return HttpResponse(response.status_code, found, body, is_repeatable)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise _failure(error, is_repeatable) from error

    def _read(self, response: httpx.Response, is_repeatable: bool) -> bytes:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _lost(is_repeatable, "compressed", "The answer is compressed, unasked.")
        ends_at = time.monotonic() + self._total_s
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self._max_bytes:
                raise _lost(is_repeatable, "too_large", f"Over {self._max_bytes} bytes came.")
            if time.monotonic() > ends_at:
                raise _lost(is_repeatable, "too_slow", f"The answer took over {self._total_s} s.")
        return bytes(body)


class PinnedTransport(httpx.BaseTransport):
    """Resolves, checks, and connects to the address that was checked.

    Each host has a pool of its own: connections are pooled by address, and a TLS connection made
    for one host must not serve another host of the same address.
    """

    def __init__(self, resolve: Resolver, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._pools: dict[str, httpx.HTTPTransport] = {}
        self._lock = Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme not in ("http", "https") or not url.host:
            raise httpx.UnsupportedProtocol(f"{url} is not an address of the web")
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = self._resolve(url.host, port)
        if not addresses:
            raise HostUnknown(f"{url.host} has no address")
        if not self._allow_private and not all(map(is_public, addresses)):
            raise AddressForbidden(f"{url.host} leads to an address that is not public")
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        for address in addresses[:-1]:
            try:
                return self._send(request, url, address)
            except httpx.ConnectError:
                continue
        return self._send(request, url, addresses[-1])

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _send(self, request: httpx.Request, url: httpx.URL, address: str) -> httpx.Response:
        # The Host header was set from the name and stays.
        request.url = url.copy_with(host=address)
        return self._pool(url.host).handle_request(request)

    def _pool(self, host: str) -> httpx.HTTPTransport:
        with self._lock:
            if host not in self._pools:
                self._pools[host] = httpx.HTTPTransport(verify=tls_context(), trust_env=False)
            return self._pools[host]


@cache
def tls_context() -> ssl.SSLContext:
    """Of all pools alike: it reads all certificates, which takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)


# --- Addresses -----------------------------------------------------------------------------


def resolve_host(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver, in its order, each once."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostUnknown(f"{host} has no address") from error
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def keeps_secrets(url: str) -> bool:
    """Whether a secret may travel there: by https, or without leaving this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in THIS_MACHINE)
    )


def is_public(address: str) -> bool:
    """Whether anybody may reach this IP address: not private, loopback, link-local or multicast.

    An IPv4 address wrapped in IPv6 (mapped, 6to4, NAT64) is judged by what is inside.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour
        if ip in NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inside:
            return is_public(str(inside))
    return ip.is_global and not ip.is_multicast


# --- Answers -------------------------------------------------------------------------------


def check_status(response: HttpResponse, *, now: datetime | None = None) -> None:
    """Pass 2xx; anything else becomes the error that says whether trying again makes sense.

    408, 425, 429 and 5xx are temporary, with the wait the provider asked for; redirects and all
    else are permanent.
    """
    status = response.status
    if 200 <= status < 300:
        return
    if status in WORTH_REPEATING or status >= 500:
        wait = parse_retry_after(response.headers.get("retry-after"), now or datetime.now(UTC))
        raise TemporaryFailure(f"http_{status}", f"HTTP status {status}.", retry_after_s=wait)
    raise PermanentFailure(f"http_{status}", f"HTTP status {status}.")


def parse_retry_after(
    value: str | None, now: datetime, *, longest_s: float = LONGEST_RETRY_AFTER_S
) -> float | None:
    """Seconds to wait by a Retry-After header (seconds or HTTP date, RFC 9110), at most
    `longest_s`.

    None when the header is missing or makes no sense.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        # Longer numbers are beyond the cap anyway, and Python refuses to read very long ones.
        seconds = float(text[:10])
    else:
        try:
            seconds = (parsedate_to_datetime(text) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(seconds, 0.0), longest_s)


def _failure(error: httpx.TransportError | httpx.InvalidURL, is_repeatable: bool) -> ConnectorError:
    match error:
        case AddressForbidden():
            return PermanentFailure("address_forbidden", str(error))
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return PermanentFailure("bad_url", "The address is not an http or https address.")
        case HostUnknown():
            return TemporaryFailure("host_unknown", str(error))
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return TemporaryFailure("no_connection", "The service cannot be reached.")
        case httpx.TimeoutException():
            return _lost(is_repeatable, "time_out", "The service did not answer in time.")
        case _:
            return _lost(is_repeatable, "cut_off", "The connection was cut.")


def _lost(is_repeatable: bool, code: str, text: str) -> ConnectorError:
    return TemporaryFailure(code, text) if is_repeatable else UnknownOutcome(code, text)
