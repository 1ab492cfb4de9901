"""MicroPython's `micropython` module for CPython, so that the firmware's pure modules import here.

A viper function runs as plain Python: its kernels mask every store, so both give the same values.
"""

import builtins
from typing import TypeVar

_T = TypeVar("_T")


def const(value: _T) -> _T:
    """Return the value: a constant is one on CPython."""
    return value


def viper(function: _T) -> _T:
    """Return the function as it is."""
    return function


native = viper

for _name in ("ptr8", "ptr16", "ptr32", "uint"):
    setattr(builtins, _name, int)  # viper's annotations are evaluated when the function is defined
