"""Work in parts on all cores; each part that is done is kept in a folder, for a run that goes on.

A part is found again where its tasks and the code that it runs are the same. The folder is for
this account alone: what lies in it is loaded as pickles, which are code.
"""

from __future__ import annotations

import ast
import hashlib
import pickle
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import cache
from pathlib import Path
from typing import TypeVar

from reticent.files import PRIVATE, make_private_folder, write_whole
from reticent.tagcode import FIRMWARE

_PART = 25
_PACKAGE = "reticent.attacks"

T = TypeVar("T")
R = TypeVar("R")


class Kept:
    """Parts of work, in a folder or, where that is None, nowhere."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder:
            make_private_folder(folder)

    def each(
        self,
        pool: ProcessPoolExecutor,
        work: Callable[[T], R],
        tasks: list[T],
        step: Callable[[int, int], None],
    ) -> list[R]:
        """Return what `work` makes of each task; `step` gets (how many are done, of how many)."""
        size = _PART if len(tasks) > _PART * 4 else 1
        parts = [tasks[k : k + size] for k in range(0, len(tasks), size)]
        found = [self._load(work, part) for part in parts]
        step(sum(map(len, found)), len(tasks))
        asked: dict[Future[list[R]], int] = {
            pool.submit(_part, work, parts[number]): number
            for number, results in enumerate(found)
            if not results
        }
        for done in as_completed(asked):
            number = asked[done]
            found[number] = done.result()
            self._save(work, parts[number], found[number])
            step(sum(map(len, found)), len(tasks))
        return [result for results in found for result in results]

    def _path(self, folder: Path, work: Callable[[T], R], part: list[T]) -> Path:
        said = f"{work.__module__}.{work.__qualname__} {part!r}"
        name = hashlib.sha256(_code(work.__module__) + said.encode()).hexdigest()[:32]
        return folder / f"{name}.pickle"

    def _load(self, work: Callable[[T], R], part: list[T]) -> list[R]:
        if self._folder is None:
            return []
        path = self._path(self._folder, work, part)
        if not path.exists():
            return []
        return pickle.loads(path.read_bytes())  # noqa: S301 - nobody else can write there

    def _save(self, work: Callable[[T], R], part: list[T], results: list[R]) -> None:
        if self._folder is not None:
            path = self._path(self._folder, work, part)
            write_whole(path, pickle.dumps(results), PRIVATE)


def _part(work: Callable[[T], R], part: list[T]) -> list[R]:
    return [work(task) for task in part]


@cache
def _code(module: str) -> bytes:
    """Return the hash of the code that a module's work depends on: itself, the rule, the noise."""
    found = hashlib.sha256()
    here = Path(__file__).parent
    paths = [here / f"{name}.py" for name in _needed(module.removeprefix(_PACKAGE + "."))]
    paths += [*(FIRMWARE / "tag").glob("*.py"), *(FIRMWARE / "wire").glob("*.py")]
    paths += [here.parent / "sim" / name for name in ("noise.py", "told.py", "receiver.py")]
    for path in sorted(paths):
        found.update(path.read_bytes() if path.exists() else b"")
    return found.digest()


def _needed(name: str, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names of the attacks' modules that one of them imports, and their imports."""
    known |= {name}
    path = Path(__file__).with_name(f"{name}.py")
    for node in ast.walk(ast.parse(path.read_text() if path.exists() else "")):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_PACKAGE):
            inner = (node.module or "")[len(_PACKAGE) + 1 :]
            for other in [inner] if inner else [one.name for one in node.names]:
                if other not in known:
                    known = _needed(other, known)
    return known
