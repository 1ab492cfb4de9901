"""Take each guard of what the tag may say away, one at a time, and demand that a test fails.

usage: guards.py [NAME ...]

Each change is made in a copy of the repository, in which the tests of disclosure run until the
first that fails. A guard that no test misses is a finding: exit status 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("firmware", "host_tools", "tests", "boards", "examples", "bench", "pyproject.toml")
TESTS = (
    "tests/logic/test_allowlist.py",
    "tests/logic/test_assembly.py",
    "tests/logic/test_ledger.py",
    "tests/logic/test_upload_slots.py",
    "tests/logic/test_cells.py",
    "tests/logic/test_stays.py",
    "tests/logic/test_disclosure_lives.py",
    "tests/logic/test_disclosure.py",
    "tests/host/test_disclosure_properties.py",
)

GUARDS = ROOT / "bench" / "guards.toml"


def main() -> int:
    """Try the guards that are named, or all; return the exit status."""
    guards = {one["name"]: one for one in tomllib.loads(GUARDS.read_text())["guard"]}
    names = sys.argv[1:] or list(guards)
    if unknown := set(names) - set(guards):
        sys.stderr.write(f"guards: no guard {min(unknown)!r}; bench/guards.toml has them\n")
        return 2
    for name in names:  # all of them before the first is tried
        _whole(ROOT, guards[name])
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for part in COPIED:
            source = ROOT / part
            target = copy / part
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        if _failing(copy):
            sys.exit("guards: the tests fail with every guard in its place")
        for name in names:
            failing = _without(copy, guards[name])
            missed += not failing
            print(f"{'  ' if failing else '! '}{name:42} {failing or 'NO TEST FAILS'}", flush=True)
    print(f"{len(names)} guards, {missed} that no test misses")
    return 1 if missed else 0


def _without(copy: Path, guard: dict[str, str]) -> str:
    """Return the first test that fails without the guard, or nothing."""
    path, whole = _whole(copy, guard)
    path.write_text(whole.replace(guard["stands"], guard["instead"]))
    try:
        return _failing(copy)
    finally:
        path.write_text(whole)


def _whole(root: Path, guard: dict[str, str]) -> tuple[Path, str]:
    """Return (path, text) of the module in which the guard stands, once."""
    path = root / "firmware" / "tag" / (guard["module"] + ".py")
    whole = path.read_text()
    count = whole.count(guard["stands"])
    if count != 1:
        sys.exit(f"guards: {guard}: it stands there {count} times")
    return path, whole


def _failing(copy: Path) -> str:
    """Return the name of the first test that fails in the copy."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "--no-header", "--tb=no"]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", "-k", "not micropython", *TESTS]
    paths = os.pathsep.join(str(copy / part) for part in ("host_tools", "firmware"))
    done = subprocess.run(
        command,
        cwd=copy,
        env=os.environ | {"PYTHONPATH": paths, "RETICENT_SEEDED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith(("FAILED", "ERROR")):
            return line.split("::")[-1].split(" - ")[0]
    if done.returncode:
        sys.exit(f"guards: pytest said\n{done.stdout}{done.stderr}")
    return ""


if __name__ == "__main__":
    sys.exit(main())
