"""A run's folder: what `simulate` and `demo` leave, and the other commands read by default."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reticent.errors import BadInput
from reticent.files import make_folder

CLOCK = "clock"  # in the folder: the simulated tag's UTC in milliseconds
_MARK = ".reticent-run"  # only a folder that has it is ever emptied


@dataclass(frozen=True)
class Run:
    """The places in a run's folder."""

    folder: Path

    @property
    def keys(self) -> Path:
        """The key ring."""
        return self.folder / "keys"

    @property
    def tags(self) -> Path:
        """The registered tag."""
        return self.folder / "tags"

    @property
    def tls(self) -> Path:
        """The collector's certificate and its CA."""
        return self.folder / "tls"

    @property
    def policy(self) -> Path:
        """The signed order."""
        return self.folder / "policy.cose"

    @property
    def database(self) -> Path:
        """The collector's database."""
        return self.folder / "collector.sqlite"

    @property
    def access_log(self) -> Path:
        """The access logs."""
        return self.folder / "access-log"

    @property
    def truth(self) -> Path:
        """What a minute-by-minute tag would have told: CSV, time, lat, lon, bytes."""
        return self.folder / "minute-by-minute.csv"

    @property
    def clock(self) -> Path:
        """The simulated tag's UTC, which its collector follows."""
        return self.folder / CLOCK

    def check(self) -> Run:
        """Return itself where the folder is a run's; BadInput otherwise."""
        if not (self.folder / _MARK).is_file():
            raise BadInput(f"{self.folder}: is no run's folder; make one: reticent simulate")
        return self

    @contextmanager
    def alone(self) -> Generator[None]:
        """Make the folder if need be, and let no other run into it until the end of `with`."""
        make_folder(self.folder, 0o700)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            _lock(descriptor, self.folder)
            yield
        finally:
            os.close(descriptor)

    def start(self) -> None:
        """Make the folder empty, for this account's eyes only; one that is not a run's stays."""
        make_folder(self.folder, 0o700)
        mark = self.folder / _MARK
        found = [path for path in self.folder.iterdir() if path != mark]
        if found and not mark.is_file():
            raise BadInput(f"{self.folder}: is not an earlier run's; choose another --out")
        self.folder.chmod(0o700)  # it will hold the track, the keys and the tag's secrets
        mark.touch()
        for path in found:
            _remove(path)

    def discard(self) -> None:
        """Remove the folder: nothing half-made stays."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BadInput(f"{folder}: another run is at it; choose another --out") from None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
