"""What a run on an emulated chip is held to: its audit, and what no tag may show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from reticent.clock import format_utc
from reticent.errors import Finding

_VIOLATIONS = 1  # the audit's exit status
_OPENED_FOR = ["--role", "duty,officer", "--reason", "an emulated tag", "--case", "EMULATION"]


def audit(folder: Path, now_s: int) -> dict[str, Any]:
    """Return the audit as of the track's end, everything opened.

    `audit` is its figures, `audit_faults` what is not in order. Finding where it cannot be made.
    """
    command = [sys.executable, "-m", "reticent", "audit", str(folder), "--json"]
    command += ["--now", format_utc(now_s), *_OPENED_FOR]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, _VIOLATIONS):
        raise Finding(f"the audit of {folder} failed: {done.stderr.strip()}")
    told = json.loads(done.stdout)
    line = "{envelopes} envelopes, {opened} opened: {violations} violations, {notices} notices"
    line = line.format(**told)
    wrong = [one["sentence"] for one in told["findings"] if one["severity"] == "violation"]
    if not told["envelopes"] or told["opened"] != told["envelopes"]:
        wrong.append(f"not all was opened: {line}")
    return {"audit": line, "audit_faults": wrong}


def faults(measured: dict[str, Any]) -> list[str]:
    """Return what no tag may show; that none was reset says nothing where no watchdog was fed.

    `measured` has the emulator's result and audit()'s.
    """
    resets, lost = measured["resets"], measured["lostFull"]
    wrong = {
        f"the tag was reset {resets} times": resets > 0,
        f"{lost} bytes were lost to a full UART": lost > 0,
        "its watchdog was never fed": not measured["watchdogGapMs"] > 0,
    }
    return [what for what, is_so in wrong.items() if is_so] + measured["audit_faults"]
