"""Whether this process has been told to end.

Work that is worth something half done, or that another process can do as well, asks now and then.
"""

from threading import Event

_told = Event()


def end_soon() -> None:
    """From now on this process is ending."""
    _told.set()


def is_ending() -> bool:
    """Whether what takes long should come to its end."""
    return _told.is_set()
