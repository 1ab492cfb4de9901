"""What makes a chip a tag: its generator's seed, from one party or two, as files of its flash.

The seed is the state of which the tag makes everything secret. So whoever knows it, and what the
tag has sealed since, needs only the tag's own noise to be wrong to open that: two parties that do
not trust each other give a part each, and neither knows the seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from reticent.errors import BadInput
from reticent.tagcode import vault

LEAST_PART_BYTES = 32
_LABEL = b"reticent-1 seed"


def mix_seed(parts: Sequence[bytes]) -> bytes:
    """Return the 32-byte seed of one party's part or of two; it is as secret as the better one.

    SHA-256 over label and parts, each behind its length, so that no two ways of cutting the same
    bytes into parts give the same seed.
    """
    if not 1 <= len(parts) <= 2 or len(set(parts)) != len(parts):
        raise BadInput("a seed is made of one part, or of two different ones")
    for part in parts:
        if len(part) < LEAST_PART_BYTES:
            raise BadInput(f"a part of {len(part)} bytes; the least are {LEAST_PART_BYTES}")
    hashed = hashlib.sha256(_LABEL)
    for part in parts:
        hashed.update(len(part).to_bytes(4, "big") + part)
    return hashed.digest()


def read_part(text: str) -> bytes:
    """Return a party's part from hex digits, in which spaces and line ends do not count."""
    try:
        return bytes.fromhex("".join(text.split()))
    except ValueError:
        raise BadInput("a part of a seed is hex digits alone") from None


def secret_files(seed: bytes) -> dict[str, bytes]:
    """Return the two files of one flash block each that a tag finds at its first boot.

    They may be written to an empty volume once. Rewriting them through a file system would leave
    copies in its free blocks, as it copies on write.
    """
    blocks = (vault.first_block(vault.Vault(seed).encode()), vault.blank_block(1))
    return {f"secrets/{name}": block for name, block in zip(vault.NAMES, blocks, strict=True)}
