"""The kernel twice: as it stands, and with every function compiled by numba."""

from functools import lru_cache
from types import FunctionType, SimpleNamespace
from typing import Any

from doorstep.engine.compiled import compiled, is_available

from . import kernel


def kernel_for(is_compiled: bool | None = None) -> tuple[Any, bool]:
    """The functions of `kernel`, and whether they are compiled; None takes what there is."""
    if is_compiled is None:
        is_compiled = is_available()
    return (_twin(), True) if is_compiled else (kernel, False)


@lru_cache(maxsize=1)
def _twin() -> SimpleNamespace:
    """Copies of the functions that find each other's compiled copies where they look for names."""
    names = dict(vars(kernel))
    for name, function in vars(kernel).items():
        if isinstance(function, FunctionType):
            copy = FunctionType(function.__code__, names, name, function.__defaults__)
            copy.__module__ = kernel.__name__
            names[name] = compiled(copy)
    return SimpleNamespace(**names)
