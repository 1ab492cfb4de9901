"""Power cut at the flash operations of a boot, an activation, the first sealed batch and its ack,
on the emulated chip: each time the tag boots again there, and is held against what it must keep.

`make emulate-cuts UF2=... CUTS=40`; a cut is before an operation, or in the middle of its bytes.
The ack comes at the dock, as `reticent fetch` brings it. `ARGS=--plant` takes a guard of the
secrets' two blocks away: then only cuts at these are made, and must find it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import rung
from emulate import DATE, EmulatedWay
from emulated import EmulatedTag, Machine
from generator import state_of
from needs import require_all

from reticent.bench.fetch import OPEN
from reticent.errors import Finding
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
TASKS, ACK = "tasks", "ack"  # the parts of the way


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
        self.measured = self._tag.run(self._track, silence_s=5, **self._cuts(TASKS))
        self.parts = [self._part(TASKS, self.measured)]
        answer = self._fetch()
        self.whole = Whole.of(self._tag, self._run.policy.read_bytes())
        numbers = sorted(self.whole.envelopes)
        if not numbers:
            raise Finding("no batch was sealed, so none to cut at")
        head = answer[: ack.decode_head(answer)[2]]
        scripts = [OPEN, f"print(dock.take_acks({head!r}, {numbers!r}))"]
        acked = self._tag.start(MOST_MS, untilListening=True, scripts=scripts, **self._cuts(ACK))
        if acked["said"].split() != [str(len(numbers))]:
            raise Finding(f"the tag took no ack: {acked['said']!r}")
        self.parts.append(self._part(ACK, acked))

    def _cuts(self, name: str) -> dict[str, Any]:
        return {"cuts": str(self._run.folder / name)}

    def _part(self, name: str, measured: dict[str, Any]) -> Part:
        if not measured["cuts"]:
            raise Finding(f"{name}: no flash operation, so none to cut at")
        kept = sorted((self._run.folder / name).glob("*.img"))
        images = [path.read_bytes() for path in kept]
        return Part(name, measured["cuts"], [*images, self._tag.volume.read_bytes()])


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
    run = Run(folder)
    run.start()
    tag = EmulatedTag(folder, machine, 0)
    tag.volume.write_bytes(image)
    before = read_image(tag.volume)
    measured = tag.start(MOST_MS, untilListening=True)
    is_up = measured["stop"] == "listening" and not measured["resets"]
    found = [] if is_up else ["does not come to its tasks"]
    found += violations(before, tag.read(), whole)
    run.discard()
    return [f"{name}: {what}" for what in found]


def violations(before: dict[str, bytes], after: dict[str, bytes], whole: Whole) -> list[str]:
    """Return what a boot has not kept, by the files on the flash before it and after it."""
    had, has = envelopes_in(before), envelopes_in(after)
    wrong = {
        "another identity": after.get("identity.pub") != whole.identity,
        "no order, or another": after.get("orders/policy") != whole.order,
        "the generator's state stayed": state_of(after) in (None, state_of(before)),
        "a torn envelope": any(
            whole.envelopes.get(number, sealed) != sealed for number, sealed in has.items()
        ),
        "an envelope is gone": not had.keys() <= has.keys(),
    }
    return [what for what, is_so in wrong.items() if is_so]


def way(folder: Path, machine: Machine) -> CutWay:
    """Run without a cut."""
    track = make_day(DATE, hours=HOURS)
    run = Run(folder)
    run.start()
    made = CutWay(run, track, redated(example_order(), track.start_s), machine, None)
    made.go(lambda line: None)
    return made


def spread(everything: list[tuple[str, bytes]], most: int) -> list[tuple[str, bytes]]:
    """Return so many of them, or all, at even distances."""
    count = min(most, len(everything))
    return [everything[at * len(everything) // count] for at in range(count)]


def main() -> list[str]:
    """Sweep; return what is wrong, which a plant has to bring about."""
    parser = rung.options(__doc__)
    parser.add_argument("--cuts", type=int, default=40, help="how many, or all there are")
    parser.add_argument(
        "--plant", action="store_true", help="take a guard away: it must be missed"
    )
    given = parser.parse_args()
    if given.cuts < 1:
        parser.error("--cuts: one at least")
    require_all(given.uf2)
    patches = (("store.blocks", GUARD, PLANT),) if given.plant else ()
    machine = Machine(given.uf2, 0, patches=patches)
    made = way(given.out / "whole", machine)
    all_trials: list[tuple[str, bytes]] = []
    for part in made.parts:
        some = trials(part, given.plant)
        print(f"{part.name}: {len(some) // 2} flash operations, {len(some)} cuts")
        all_trials += some
    chosen = spread(all_trials, given.cuts)
    calls = [
        partial(judge, name, image, given.out / f"cut{at}", machine, made.whole)
        for at, (name, image) in enumerate(chosen)
    ]
    wrong = [fault for one in rung.side_by_side(calls) for fault in one]
    print("\n".join([f"{len(chosen)} cuts made", *wrong, f"{len(wrong)} violations"]))
    if given.plant:
        return [] if wrong else ["the guard is gone, and no cut has shown it"]
    return [f"{len(wrong)} violations"] if wrong else []


if __name__ == "__main__":
    rung.run(main)
