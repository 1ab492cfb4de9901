"""What a run on an emulated chip is held to: its audit, and what no tag may show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from reticent.clock import format_utc
from reticent.errors import Finding

_OPENED_FOR = ["--role", "duty,officer", "--reason", "an emulated tag", "--case", "EMULATION"]


def audit(folder: Path, now_s: int) -> str:
    """Return the audit's figures at the track's end; Finding unless all was opened and right."""
    command = [sys.executable, "-m", "reticent", "audit", str(folder), "--json"]
    command += ["--now", format_utc(now_s), *_OPENED_FOR]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Finding(f"the audit of {folder} found something: {done.stdout}{done.stderr}")
    told = json.loads(done.stdout)
    line = "{envelopes} envelopes, {opened} opened: {violations} violations, {notices} notices"
    line = line.format(**told)
    if not told["envelopes"] or told["opened"] != told["envelopes"]:
        raise Finding(f"{folder}: {line}")
    return line


def faults(measured: dict[str, Any]) -> list[str]:
    """Return what no tag may show; that none was reset says nothing where no watchdog was fed."""
    resets, lost = measured["resets"], measured["lostFull"]
    wrong = {
        f"the tag was reset {resets} times": resets > 0,
        f"{lost} bytes were lost to a full UART": lost > 0,
        "its watchdog was never fed": not measured["watchdogGapMs"] > 0,
    }
    return [what for what, is_so in wrong.items() if is_so]
