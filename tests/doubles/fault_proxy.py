"""A TCP proxy on this machine that breaks connections on command."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

CHUNK = 65536


@dataclass(frozen=True)
class Fault:
    """What goes wrong in one direction, once `after` has passed.

    `after` is a number of bytes, or a text that ends the part that still passes; `kind` is one of
    cut (both directions end), silence (nothing more passes), half_close (this direction ends),
    drip (a byte each `pause_s`), delay (`pause_s` once). `swap` replaces a text on the way.
    """

    kind: str = ""
    after: int | bytes = 0
    pause_s: float = 0.05
    swap: tuple[bytes, bytes] = (b"", b"")


class FaultProxy:
    """Stands before `port`. `refuses` resets every connection at once."""

    def __init__(
        self,
        port: int,
        *,
        to_server: Fault = Fault(),
        to_client: Fault = Fault(),
        refuses: bool = False,
    ) -> None:
        self._target = port
        self.to_server, self.to_client, self.refuses = to_server, to_client, refuses
        self.connections = 0
        self._stopping = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])
        self._threads = [Thread(target=self._accept, daemon=True)]

    def start(self) -> None:
        self._threads[0].start()

    def stop(self) -> None:
        self._stopping.set()
        # Closing a listener does not wake a thread that waits on it; shutting it down does.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            _cut(sock)
        for thread in self._threads:
            thread.join(5)
        for sock in self._open:
            sock.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.refuses:
                # Lingering for no time sends a reset.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open += [client, server]
            for source, sink, fault in (
                (client, server, self.to_server),
                (server, client, self.to_client),
            ):
                thread = Thread(target=self._pump, args=(source, sink, fault), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket, fault: Fault) -> None:
        passed, is_broken, tail = 0, False, b""
        try:
            while chunk := source.recv(CHUNK):
                chunk = chunk.replace(*fault.swap) if fault.swap[0] else chunk
                if fault.kind and not is_broken:
                    keep = _still_passes(fault.after, passed, tail, chunk)
                    if keep is not None:
                        if fault.kind == "cut":
                            _cut(source)  # or the answer to what passes may be faster than the cut
                        sink.sendall(chunk[:keep])
                        chunk, is_broken = chunk[keep:], True
                        self._break(source, sink, fault)
                passed, tail = passed + len(chunk), (tail + chunk)[-100:]
                if not is_broken or fault.kind == "delay":
                    sink.sendall(chunk)
                elif fault.kind == "drip":
                    self._drip(sink, chunk, fault.pause_s)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            _cut(source)
            _cut(sink)

    def _break(self, source: socket.socket, sink: socket.socket, fault: Fault) -> None:
        if fault.kind == "cut":
            _cut(source)
            _cut(sink)
        elif fault.kind == "half_close":
            sink.shutdown(socket.SHUT_WR)
        elif fault.kind == "delay":
            self._stopping.wait(fault.pause_s)

    def _drip(self, sink: socket.socket, chunk: bytes, pause_s: float) -> None:
        for byte in chunk:
            if self._stopping.is_set():
                return
            sink.sendall(bytes([byte]))
            time.sleep(pause_s)


def _still_passes(after: int | bytes, passed: int, tail: bytes, chunk: bytes) -> int | None:
    """How much of a chunk passes before the fault; None if all of it does."""
    if isinstance(after, int):
        return max(after - passed, 0) if passed + len(chunk) >= after else None
    found = (tail + chunk).find(after)
    return None if found < 0 else max(found + len(after) - len(tail), 0)


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(
    port: int,
    *,
    to_server: Fault = Fault(),
    to_client: Fault = Fault(),
    refuses: bool = False,
) -> Iterator[FaultProxy]:
    proxy = FaultProxy(port, to_server=to_server, to_client=to_client, refuses=refuses)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
