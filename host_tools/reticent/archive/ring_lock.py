"""One process at a ring at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class InFolder(Protocol):
    """What lies in a folder."""

    folder: Path


_T = TypeVar("_T", bound=InFolder)
_P = ParamSpec("_P")
_R = TypeVar("_R")


def alone(
    method: Callable[Concatenate[_T, _P], _R],
) -> Callable[Concatenate[_T, _P], _R]:
    """Let no other process at the ring meanwhile: what reads, changes and writes is one step.

    Who reads waits too: the ring key that reading finds left over would be a writer's next one.
    """

    @wraps(method)
    def locked(ring: _T, *args: _P.args, **options: _P.kwargs) -> _R:
        folder = os.open(ring.folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            return method(ring, *args, **options)
        finally:
            os.close(folder)

    return locked
