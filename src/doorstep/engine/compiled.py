"""Compiled code where numba is installed, the same functions as they stand where it is not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, update_wrapper
from threading import Event
from types import FunctionType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_in_the_making = Event()


@lru_cache(maxsize=1)
def is_available() -> bool:
    """Whether numba can be imported; it takes half a second, so nobody asks before a search."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def compiling() -> Iterator[None]:
    """While this lasts, `is_ready` says no: who has another way shall not wait for the compiler."""
    _in_the_making.set()
    try:
        yield
    finally:
        _in_the_making.clear()


def is_ready() -> bool:
    """Whether there is compiled code, and nobody is making it at this moment."""
    return not _in_the_making.is_set() and is_available()


@lru_cache(maxsize=64)
def compiled(function: F) -> F:
    """The function, and those of ours that it calls, as machine code, kept on disk; needs numba.

    Set NUMBA_CACHE_DIR where the folder of the source may not be written to.
    """
    import numba

    names = function.__globals__
    helpers = {
        name: compiled(names[name])
        for name in function.__code__.co_names
        if isinstance(names.get(name), FunctionType)
    }
    # Compiled code calls compiled code only: the same body, with the names of its helpers turned.
    body = FunctionType(
        function.__code__, {**names, **helpers}, function.__name__, function.__defaults__
    )
    result: Any = numba.njit(cache=True, nogil=True)(update_wrapper(body, function))
    return result  # type: ignore[no-any-return]
