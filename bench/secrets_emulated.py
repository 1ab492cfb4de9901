"""The tag's secrets on an emulated Pico: power cuts at flash operations, then the raw volume.

Part of `make emulate-seal`. The stock build mounts LittleFS; the two blocks of the secrets are
written raw below it. Exits with 1 where an output repeats, an old state is found in the volume, a
block moves though no cut was in it, or the tag's identity or hidden offset has changed.
"""

from __future__ import annotations

import argparse
import hmac
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pico
from generator import state_of

from reticent.bench.personalise import mix_seed, secret_files
from reticent.sim.image import build_image, compile_firmware, compile_module, read_image
from reticent.tagcode import FIRMWARE

BENCH = Path(__file__).parent
SCRIPT = "secrets_boot"
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
    build_image(image, pico.BLOCKS, files | secret_files(seed))
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


def print_times(printed: str) -> None:
    """Print the least and the most that each part of a boot took."""
    for name in ("draw", "health", "find", "start", "identity", "collect", "fill"):
        times = [int(value) / 1000 for value in values(printed, name)]
        if times:
            print(f"    {name:<10}{min(times):>8.1f} to {max(times):>6.1f} ms")


def moves(printed: str) -> list[str]:
    """Return where a block lay elsewhere though the boot before had no cut.

    One whose power went between erasing and marking is made anew, where LittleFS puts it.
    """
    before, compared, wrong = "", 0, []
    for line in printed.splitlines():
        word, _, value = line.partition(" ")
        if word == "boot" and not value.startswith("whole"):
            before = ""
        if word == "blocks":
            compared += bool(before)
            if before not in ("", value):
                wrong.append(f"a block has moved: {before}, then {value}")
            before = value
    return wrong if compared else ["no two whole boots in a row: whether blocks move was not seen"]


def findings(printed: str, image: Path, seed: bytes, cuts: int) -> list[str]:
    """Print what was seen; return what should not have been."""
    outputs = values(printed, "output")
    chain = states(seed, 2 * cuts + 2)
    present = state_of(read_image(image)) or b""
    if present not in chain:
        return ["the state on the flash is none of the chain's"]
    old = chain[: chain.index(present)]
    raw = image.read_bytes()
    left = sum(one[:PIECE_BYTES] in raw or one[-PIECE_BYTES:] in raw for one in old)
    ends = [value.split()[0] for value in values(printed, "boot")]
    print(
        f"  {len(ends)} boots, {ends.count('cut')} of them cut; {len(outputs)} generators, "
        f"{len(set(outputs))} different; {len(old)} old states, {left} found in "
        f"{len(raw):,} bytes; sources failed: {sorted(set(values(printed, 'failed')))}"
    )
    print_times(printed)
    wrong = [
        f"{name} changed: {said}"
        for name in ("tag", "offset")
        if len(said := set(values(printed, name))) != 1
    ]
    wrong += moves(printed)
    if "cut" not in ends:
        wrong.append("no boot was cut")
    if len(set(outputs)) != len(outputs):
        wrong.append("an output repeats")
    if left or present not in raw:
        wrong.append(f"{left} old states are in the raw volume")
    return wrong


def main() -> None:
    """Run it and exit with 1 where there is a finding."""
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
        printed = pico.printed(command)
        print(f"secrets on the emulated Pico, {args.cuts} power cuts:")
        sys.exit("\n".join(findings(printed, image, seed, args.cuts)) or 0)


if __name__ == "__main__":
    main()
