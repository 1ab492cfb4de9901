"""What a UF2 file is: an official MicroPython of a board's, whole and new enough, or why not.

Of the format (https://github.com/microsoft/uf2) only what tells that; uf2.mjs and rp2040py load.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

# Board -> its build, what MicroPython calls it, the oldest release for it (boards/README.md).
BUILDS = {
    "pico": ("RPI_PICO", "Raspberry Pi Pico", (1, 25)),
    "pico_w": ("RPI_PICO_W", "Raspberry Pi Pico W", (1, 26)),
}
_BLOCK_BYTES = 512
_MAGIC = 0x0A324655, 0x9E5D5157
_RP2040 = 0xE48BFF56  # the family
_HEAD = struct.Struct("<8I")  # magic, magic, flags, address, size, number, count, family


def fault(data: bytes, board: str) -> str | None:
    """Return why this file is no MicroPython for the board; None where it is one."""
    blocks = list(_blocks(data))
    if not blocks:
        return "is no UF2 for an RP2040"
    count = blocks[0][0]
    if len(blocks) != count:
        return f"has {len(blocks)} of its {count} blocks: fetch it again"
    image = b"".join(part for _, part in blocks)
    name, called, least = BUILDS[board]
    found = re.search(rb"; ([^;\0]+) with RP2040\0", image)
    if found is None:
        return f"is no MicroPython; an official build of {name} is needed"
    if found[1] != called.encode():
        return f"is for {found[1].decode(errors='replace')}; a build of {name} is needed"
    version = re.search(rb"MicroPython v(\d+)\.(\d+)", image)
    if version is not None and (int(version[1]), int(version[2])) < least:
        return f"is {version[0].decode()}; {least[0]}.{least[1]} or newer is needed"
    return None


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (how many blocks there should be, its bytes of flash) of each block for an RP2040."""
    for at in range(0, len(data) - _BLOCK_BYTES + 1, _BLOCK_BYTES):
        *magic, _flags, _address, size, _number, count, family = _HEAD.unpack_from(data, at)
        if tuple(magic) == _MAGIC and family == _RP2040:
            yield count, data[at + _HEAD.size : at + _HEAD.size + size]
