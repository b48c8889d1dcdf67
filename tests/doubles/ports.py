"""Ports of this machine that nobody else gets."""

import socket

_kept: list[socket.socket] = []


def kept_port() -> int:
    """A port on which nobody listens, and that nobody else is given as long as this process lives.

    Its socket is bound and does not listen: who calls is refused, while a server that asks for
    this very port (with SO_REUSEADDR, as servers do) gets it, again and again.
    """
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    _kept.append(kept)
    return int(kept.getsockname()[1])
