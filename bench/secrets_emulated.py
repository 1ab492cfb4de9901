"""The tag's secrets on an emulated Pico: power cuts at flash operations, then the raw volume.

Part of `make emulate-seal`. The stock build mounts LittleFS; the two blocks of the secrets are
written raw below it. Exits with 1 where an output repeats, an old state is found in the volume, a
block has moved, or the tag's identity or hidden offset has changed.
"""

from __future__ import annotations

import argparse
import hmac
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pico

from reticent.bench.personalise import mix_seed, secret_files
from reticent.sim.image import build_image, compile_firmware, compile_module, read_image
from reticent.tagcode import FIRMWARE, vault

BENCH = Path(__file__).parent
SCRIPT = "secrets_boot"
PICO_BLOCKS = 352  # of 4 KiB: a Pico's volume
PARTS = ("seal", "wire", "store", "duty", "hal", "tag")
PIECE_BYTES = 16  # of a state, from either end, that must not be found


def image_of(folder: Path, seed: bytes) -> Path:
    """Return the image of a personalised tag that has never booted."""
    modules = compile_firmware(FIRMWARE, "armv6m")
    files = {
        name: data
        for name, data in modules.items()
        if name.split("/")[1:2] and name.split("/")[1] in PARTS
    }
    target = folder / "script.mpy"
    compile_module(BENCH / "on_tag" / f"{SCRIPT}.py", target, f"{SCRIPT}.py", "armv6m")
    files[f"{SCRIPT}.mpy"] = target.read_bytes()
    image = folder / "flash.img"
    build_image(image, PICO_BLOCKS, files | secret_files(seed))
    return image


def states(seed: bytes, count: int) -> list[bytes]:
    """Return the generator's states after none, one, ... boots."""
    chain = [seed]
    for _ in range(count):
        chain.append(hmac.digest(chain[-1], b"next", "sha256"))
    return chain


def values(printed: str, name: str) -> list[str]:
    """Return what the boots said under a name."""
    lines = (line.partition(" ") for line in printed.splitlines())
    return [value for word, _, value in lines if word == name]


def present_state(image: Path) -> bytes:
    """Return the state in the volume's record."""
    files = read_image(image)
    pages = [files[f"secrets/{name}"][vault.PAGE_BYTES :] for name in vault.NAMES]
    _, record = max(vault.decode_page(index, page) for index, page in enumerate(pages))
    return vault.decode(record or b"").state


def findings(printed: str, image: Path, seed: bytes, cuts: int) -> list[str]:
    """Print what was seen; return what should not have been."""
    outputs = values(printed, "output")
    chain = states(seed, 2 * cuts + 2)
    present = present_state(image)
    old = chain[: chain.index(present)]
    raw = image.read_bytes()
    left = sum(one[:PIECE_BYTES] in raw or one[-PIECE_BYTES:] in raw for one in old)
    ends = [value.split()[0] for value in values(printed, "boot")]
    print(
        f"  {len(ends)} boots, {ends.count('cut')} of them cut; {len(outputs)} generators, "
        f"{len(set(outputs))} different; {len(old)} old states, {left} found in "
        f"{len(raw):,} bytes; sources failed: {sorted(set(values(printed, 'failed')))}"
    )
    for name in ("draw", "health", "find", "start", "identity", "collect", "fill"):
        times = [int(value) / 1000 for value in values(printed, name)]
        if times:
            print(f"    {name:<10}{min(times):>8.1f} to {max(times):>6.1f} ms")
    wrong = [
        f"{name} changed: {said}"
        for name in ("tag", "offset")
        if len(said := set(values(printed, name))) != 1
    ]
    if len(set(outputs)) != len(outputs):
        wrong.append("an output repeats")
    if left or present not in raw:
        wrong.append(f"{left} old states are in the raw volume")
    return wrong


def main() -> None:
    """Run it and exit with the number of findings, as 1 or 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uf2", type=Path, required=True)
    parser.add_argument("--cuts", type=int, default=40)
    args = parser.parse_args()
    pico.require_all(args.uf2)
    seed = mix_seed([bytes(range(32)), bytes(range(32, 64))])
    with TemporaryDirectory() as name:
        image = image_of(Path(name), seed)
        command = ["node", BENCH / "secrets_emulated.mjs", args.uf2]
        command += [pico.BOOTROM, image, args.cuts, SCRIPT]
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit((done.stdout + done.stderr)[-2_000:])
        print(f"secrets on the emulated Pico, {args.cuts} power cuts:")
        sys.exit("\n".join(findings(done.stdout, image, seed, args.cuts)) or 0)


if __name__ == "__main__":
    main()
