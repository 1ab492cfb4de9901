"""Power cut at the flash operations of a boot, an activation, the first sealed batch and its ack,
on the emulated chip: each time the tag boots again there, and is held against what it must keep.

`make emulate-cuts UF2=... CUTS=40`; a cut is before an operation, or in the middle of its bytes.
The ack comes at the dock, as `reticent fetch` brings it. `ARGS=--plant` takes a guard of the
secrets' two blocks away: then only cuts at these are made, and must find it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulate import DATE, EmulatedWay
from emulated import EmulatedTag, Machine
from needs import require_all

from reticent.bench.fetch import OPEN
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.image import BLOCK_BYTES, envelopes_in, read_image
from reticent.sim.synthetic import make_day
from reticent.sim.way import redated
from reticent.tagcode import ack, vault

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

    @classmethod
    def of(cls, tag: EmulatedTag, order: bytes) -> Whole:
        """Return what a tag has now, under this order."""
        files = tag.read()
        return cls(files["identity.pub"], order, envelopes_in(files))


@dataclass(frozen=True)
class Part:
    """A part of the way: its flash operations, the volume before each and after the last."""

    name: str
    operations: list[dict[str, Any]]
    images: list[bytes]


class CutWay(EmulatedWay):
    """The way up to the first batch and its ack, at the dock."""

    def _simulate(self, *_: object) -> None:
        self.measured = self._tag.run(self._track, silence_s=5, **self._cuts("tasks"))
        self.parts = [self._part("tasks")]
        answer = self._fetch()
        self.whole = Whole.of(self._tag, self._run.policy.read_bytes())
        head = answer[: ack.decode_head(answer)[2]]
        numbers = sorted(self.whole.envelopes)
        script = f"{OPEN}\nprint(dock.take_acks({head!r}, {numbers!r}))"
        acked = self._tag.start(MOST_MS, untilListening=True, script=script, **self._cuts("ack"))
        if acked["said"].split() != [str(len(numbers))]:
            sys.exit(f"emulate: the tag took no ack: {acked['said']!r}")
        self.parts.append(self._part("ack"))

    def _cuts(self, name: str) -> dict[str, Any]:
        return {"cuts": str(self._run.folder / name), "mostCuts": 10_000}

    def _part(self, name: str) -> Part:
        folder = self._run.folder
        operations = json.loads((folder / "result.json").read_text())["cuts"]
        images = [path.read_bytes() for path in sorted((folder / name).glob("*.img"))]
        return Part(name, operations, [*images, self._tag.volume.read_bytes()])


def state_of(files: dict[str, bytes]) -> bytes | None:
    """Return the generator's state on a flash: the newer of the two blocks', or None."""
    found: list[tuple[int, bytes]] = []
    for index, name in enumerate(vault.NAMES):
        page = files.get(f"secrets/{name}", b"")[vault.PAGE_BYTES : 2 * vault.PAGE_BYTES]
        sequence, record = vault.decode_page(index, page) if page else (0, None)
        if record is not None:
            found.append((sequence, vault.decode(record).state))
    return max(found)[1] if found else None


def is_secret(image: bytes, at: int) -> bool:
    """Return whether an operation at this place is in one of the two blocks of the secrets."""
    block = at // BLOCK_BYTES * BLOCK_BYTES
    marks = [vault.mark_page(index) for index in range(len(vault.NAMES))]
    return image[block : block + vault.PAGE_BYTES] in marks


def trials(part: Part, only_secrets: bool) -> list[tuple[str, bytes]]:
    """Return (what was cut, the volume then) of each operation: before it and in its middle."""
    made: list[tuple[str, bytes]] = []
    for number, operation in enumerate(part.operations):
        image, then = part.images[number : number + 2]
        at, middle = operation["at"], operation["at"] + operation["size"] // 2
        if only_secrets and not is_secret(part.images[-1], at):
            continue
        name = f"{part.name} {number}, {operation['kind']} of block {at // BLOCK_BYTES}"
        made.append((f"{name}, before", image))
        made.append((f"{name}, middle", image[:at] + then[at:middle] + image[middle:]))
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


def way(folder: Path, machine: Machine) -> CutWay:
    """Run without a cut."""
    track = make_day(DATE, hours=HOURS)
    run = Run(folder)
    run.start()
    made = CutWay(run, track, redated(example_order(), track.start_s), machine, None)
    made.go(lambda line: None)
    return made


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
    made = way(arguments.out / "whole", machine)
    found = [(part.name, trials(part, arguments.plant)) for part in made.parts]
    all_trials = [trial for _, some in found for trial in some]
    step = max(len(all_trials) / arguments.cuts, 1)
    chosen = [all_trials[int(at * step)] for at in range(int(len(all_trials) / step))]
    with ThreadPoolExecutor(2) as pool:
        judged = [
            pool.submit(judge, name, image, arguments.out / f"cut{at}", machine, made.whole)
            for at, (name, image) in enumerate(chosen)
        ]
        wrong = [fault for one in judged for fault in one.result()]
    for name, some in found:
        print(f"{name}: {len(some) // 2} flash operations, {len(some)} cuts")
    print("\n".join([f"{len(chosen)} cuts made", *wrong, f"{len(wrong)} violations"]))
    if bool(wrong) != arguments.plant:
        sys.exit(1)


if __name__ == "__main__":
    main()
