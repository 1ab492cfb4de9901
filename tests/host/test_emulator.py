"""The emulator's rung where it cannot run, and what reads compiled modules for its ledger."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reticent.sim.image import compile_module
from reticent.tagcode import FIRMWARE

EMULATOR = Path(__file__).parents[2] / "emulator"
sys.path.append(str(EMULATOR))
import cuts
import emulate
import mpy


def run(script, uf2, **environment):
    command = [sys.executable, EMULATOR / script, "--uf2", uf2, "--out", "nowhere"]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("script", ["emulate.py", "cuts.py"])
def test_without_a_build_it_says_so_and_ends(tmp_path, script):
    (tmp_path / "node").write_text("#!/bin/sh\n")
    (tmp_path / "node").chmod(0o755)
    done = run(script, tmp_path / "none.uf2", PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == (
        f"emulate: skipped: an official UF2 of RPI_PICO at {tmp_path}/none.uf2 is missing\n"
    )


def test_without_node_it_says_so_and_ends(tmp_path):
    done = run("emulate.py", tmp_path / "none.uf2", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "emulate: skipped: node (apt-get install nodejs npm) is missing\n"


def test_compiled_code_does_what_the_emulators_own_core_does():
    if shutil.which("node") is None or not (EMULATOR / "node_modules/rp2040js").is_dir():
        pytest.skip("node or rp2040js is missing: make emulator/.ready")
    command = ["node", EMULATOR / "compare.mjs", "3000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" 0 differ\n")


@pytest.mark.parametrize("module", ["tag/gnss", "tag/near", "seal/sha512", "wire/cbor"])
def test_a_compiled_module_is_read_to_its_last_byte(tmp_path, module):
    target = tmp_path / "module.mpy"
    compile_module(FIRMWARE / f"{module}.py", target, module, "armv6m")
    data = target.read_bytes()
    read = mpy.read(data)
    assert read.end == len(data)
    assert read.native > 4 * read.bytecode if module == "tag/near" else read.bytecode > 400


def test_what_is_patched_is_in_the_source():
    for module, text, _ in (*emulate.MARKS, ("store.blocks", cuts.GUARD, cuts.PLANT)):
        source = (FIRMWARE / f"{module.replace('.', '/')}.py").read_text()
        assert source.count(text) == 1, text
