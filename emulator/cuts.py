"""Power cut at the flash operations of a boot, an activation and the first sealed batch, on the
emulated chip: each time the tag boots again there, and is held against what it must have kept.

`make emulate-cuts UF2=... CUTS=40`; `ARGS=--plant` takes a guard away, which must then be seen. A
cut is before an operation, or in the middle of its bytes.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulate import DATE, EmulatedWay, require_all
from emulated import EmulatedTag, Machine

from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.image import BLOCK_BYTES, envelopes_in, read_image
from reticent.sim.synthetic import make_day
from reticent.sim.way import redated
from reticent.tagcode import vault

HOURS = (12.490, 12.502)  # some 40 s: the order is activated, the first ROUTINE batch is sealed
GUARD = "self._program(new, 1, vault.encode_page"
PLANT = "self._blank(old)\n        " + GUARD  # the old state goes before the new one is there
MOST_MS = 60_000


@dataclass(frozen=True)
class Whole:
    """What the run without cuts left: the measure of each life after a cut."""

    identity: bytes
    order: bytes
    envelopes: dict[int, bytes]


class CutWay(EmulatedWay):
    """The way up to the first batch; each flash operation leaves the volume before it."""

    def _simulate(self, *_: object) -> None:
        cuts = self._run.folder / "cuts"
        self.measured = self._tag.run(self._track, silence_s=5, cuts=str(cuts), mostCuts=10_000)
        self._fetch()


def state_of(files: dict[str, bytes]) -> bytes | None:
    """Return the generator's state on a flash: the newer of the two blocks', or None."""
    found: list[tuple[int, bytes]] = []
    for index, name in enumerate(vault.NAMES):
        page = files.get(f"secrets/{name}", b"")[vault.PAGE_BYTES : 2 * vault.PAGE_BYTES]
        sequence, record = vault.decode_page(index, page) if page else (0, None)
        if record is not None:
            found.append((sequence, vault.decode(record).state))
    return max(found)[1] if found else None


def trials(folder: Path, operations: list[dict[str, Any]]) -> list[tuple[str, bytes]]:
    """Return (what was cut, the volume then) of each operation: before it and in its middle."""
    images = [path.read_bytes() for path in sorted((folder / "cuts").glob("*.img"))]
    made: list[tuple[str, bytes]] = []
    after = [*images[1:], (folder / "flash.img").read_bytes()]
    for number, (operation, image, then) in enumerate(zip(operations, images, after, strict=True)):
        name = f"{number} {operation['kind']} of block {operation['at'] // BLOCK_BYTES}"
        middle = operation["at"] + operation["size"] // 2
        torn = then[operation["at"] : middle]
        made.append((f"{name}, before", image))
        made.append((f"{name}, middle", image[: operation["at"]] + torn + image[middle:]))
    return made


def judge(name: str, image: bytes, folder: Path, machine: Machine, whole: Whole) -> list[str]:
    """Boot the chip from a volume; return what is wrong then."""
    folder.mkdir(parents=True)
    tag = EmulatedTag(folder, machine, 0)
    tag.volume.write_bytes(image)
    before = read_image(tag.volume)
    measured = tag.start(MOST_MS, untilListening=True)
    files = tag.read()
    wrong = {
        "does not come to its tasks": measured["stop"] != "listening" or measured["resets"] > 0,
        "another identity": files.get("identity.pub") != whole.identity,
        "no order, or another": files.get("orders/policy") != whole.order,
        "the generator's state stayed": state_of(files) in (None, state_of(before)),
        "a torn envelope": any(
            whole.envelopes.get(number, sealed) != sealed
            for number, sealed in envelopes_in(files).items()
        ),
    }
    shutil.rmtree(folder)
    return [f"{name}: {what}" for what, is_so in wrong.items() if is_so]


def way(folder: Path, machine: Machine) -> tuple[CutWay, Whole]:
    """Run without a cut; return the way and what it left."""
    track = make_day(DATE, hours=HOURS)
    run = Run(folder)
    run.start()
    made = CutWay(run, track, redated(example_order(), track.start_s), machine, False)
    made.go(lambda line: None)
    files = read_image(folder / "flash.img")
    return made, Whole(files["identity.pub"], run.policy.read_bytes(), envelopes_in(files))


def main() -> None:
    """Sweep; the exit status is 1 where something is wrong, and with a plant where nothing is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uf2", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cuts", type=int, default=40)
    parser.add_argument("--plant", action="store_true")
    arguments = parser.parse_args()
    require_all(arguments.uf2)
    patches = (("store.blocks", GUARD, PLANT),) if arguments.plant else ()
    machine = Machine(arguments.uf2, 0, patches=patches)
    shutil.rmtree(arguments.out, ignore_errors=True)
    made, whole = way(arguments.out / "whole", machine)
    all_trials = trials(arguments.out / "whole", made.measured["cuts"])
    step = max(len(all_trials) / arguments.cuts, 1)
    chosen = [all_trials[int(at * step)] for at in range(int(len(all_trials) / step))]
    with ThreadPoolExecutor(2) as pool:
        judged = [
            pool.submit(judge, name, image, arguments.out / f"cut{at}", machine, whole)
            for at, (name, image) in enumerate(chosen)
        ]
        wrong = [fault for one in judged for fault in one.result()]
    operations = len(made.measured["cuts"])
    print(f"{operations} flash operations, {len(chosen)} cuts of {len(all_trials)}")
    print("\n".join([*wrong, f"{len(wrong)} violations"]))
    if bool(wrong) != arguments.plant:
        sys.exit(1)


if __name__ == "__main__":
    main()
