"""A run's folder: what `simulate` and `demo` leave, and the other commands read by default."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from reticent.errors import BadInput

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

    def start(self) -> None:
        """Make the folder empty; one that is not a run's is left alone."""
        if self.folder.exists():
            marked = (self.folder / _MARK).is_file()
            if not self.folder.is_dir() or (any(self.folder.iterdir()) and not marked):
                raise BadInput(f"{self.folder}: is not an earlier run's; choose another --out")
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        (self.folder / _MARK).touch()

    def discard(self) -> None:
        """Remove the folder: nothing half-made stays."""
        shutil.rmtree(self.folder, ignore_errors=True)
