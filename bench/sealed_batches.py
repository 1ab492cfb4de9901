"""Random batches sealed by the tag's code on MicroPython, opened by `cryptography`: `make sealed`.

Each is opened for each of its recipients by the host's opener and by the third reader, and must be
what random_batches.py says; nobody else can open it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
SUPPORT = ROOT / "tests" / "support"
sys.path[:0] = [str(SUPPORT), str(ROOT / "firmware")]

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: E402

import random_batches  # noqa: E402
import third_reader  # noqa: E402
from reticent.archive import opener  # noqa: E402
from reticent.bench.registration import Identity  # noqa: E402
from reticent.collector.store import Sealed  # noqa: E402
from reticent.sim.interpreter import micropython_command  # noqa: E402
from reticent.tagcode import FIRMWARE, envelope  # noqa: E402

_PUBLIC = Ed25519PrivateKey.from_private_bytes(random_batches.identity_seed()).public_key()
PUBLIC_KEY = _PUBLIC.public_bytes_raw()
TAG = envelope.kid_of(PUBLIC_KEY)
PRIVATE = [random_batches.private_key(place) for place in range(random_batches.RECIPIENTS)]
KEYS = [X25519PrivateKey.from_private_bytes(raw) for raw in PRIVATE]
KIDS = [envelope.kid_of(key.public_key().public_bytes_raw()) for key in KEYS]


def seal(first: int, count: int, heap: str = "400k") -> bytes:
    """Return the sequence of envelopes that MicroPython has sealed."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "sealed"
        script = ROOT / "bench" / "on_tag" / "sealed_batches.py"
        command = [*micropython_command(heap), script, FIRMWARE, SUPPORT, first, count, out]
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"bench: MicroPython failed: {(run.stdout + run.stderr).strip()[-600:]}")
        return out.read_bytes()


def check(sequence: bytes, first: int, count: int) -> None:
    """Open every envelope for everybody; AssertionError names the batch that is wrong."""
    start = 0
    previous = envelope.ZERO_HASH
    for number in range(first, first + count):
        read, end = envelope.parse_first(sequence, start)
        sealed, start = sequence[start:end], end
        assert (read.header.number, read.header.previous) == (number, previous), number
        previous = envelope.hash_of(sealed)
        kind, version, week, records, places = random_batches.make(number)
        for place in range(random_batches.RECIPIENTS):
            expected = [1, kind, version, week, records] if place in places else None
            assert host_opens(sealed, number, place) == expected, number
            assert third_opens(sealed, place) == expected, number
    assert start == len(sequence), "more than was asked for"


def host_opens(sealed: bytes, number: int, place: int) -> list | None:
    """Return the batch as the host's opener reads it, or None where it is for others."""
    stored = Sealed(TAG, number, envelope.hash_of(sealed), sealed)
    genuine, refused = opener.authenticate([stored], {TAG: Identity(TAG, PUBLIC_KEY)})
    assert not refused, refused
    try:
        own = opener.RoleKeys({KIDS[place]: KEYS[place]})
        read = opener.open_envelope(genuine[0], own).batch
    except opener.Refusal as reason:
        assert str(reason) == opener.Reason.FOR_OTHERS, reason
        return None
    return [1, read.kind, read.policy_version, read.week, read.records]


def third_opens(sealed: bytes, place: int) -> list | None:
    """Return the batch as the third reader reads it, or None where it is for others."""
    try:
        return third_reader.open_envelope(sealed, {TAG: PUBLIC_KEY}, {KIDS[place]: PRIVATE[place]})
    except third_reader.Refused as reason:
        assert str(reason) == "others", reason
        return None


def main() -> None:
    """Seal and open in pieces, and say how many."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--piece", type=int, default=250)
    arguments = parser.parse_args()
    started = time.monotonic()
    for first in range(arguments.first, arguments.first + arguments.count, arguments.piece):
        count = min(arguments.piece, arguments.first + arguments.count - first)
        check(seal(first, count), first, count)
        done = first + count - arguments.first
        print(f"{done:,} sealed and opened, {time.monotonic() - started:,.0f} s", flush=True)


if __name__ == "__main__":
    main()
