"""What the collector would keep by chance is kept on purpose: 16 bytes each.

It takes any word of the heap for a pointer, also in machine code: "movs r0, #2" behind "add r1,
sp, #0" is 0x2002a900. What begins at such an address stays as long as the code, be it a module of
13 KB that was dropped or a secret that is to be scrubbed. So something small lies there for good.
"""

import gc
import struct

_FILE = "/lib/held"  # the deployed code's such words, ascending (reticent.deploy)
_BLOCK_BYTES = 16  # what an object() takes


def addresses():
    """Return the addresses of this firmware's code; none where it is not deployed."""
    try:
        with open(_FILE, "rb") as file:
            data = file.read()
    except OSError:
        return ()
    return struct.unpack(f"<{len(data) // 4}I", data)


def hold(addresses, block_bytes=_BLOCK_BYTES):
    """Return an object at each of these ascending addresses that is free, anywhere else another.

    The heap is filled from below up to the last of them, and is free again afterwards. To be
    called before a threshold is set: nothing may be collected meanwhile.
    """
    elsewhere = object()
    cells = [elsewhere] * len(addresses)
    if not addresses:
        return cells
    most = min(addresses[-1] - id(cells), gc.mem_free()) // block_bytes
    filling = [elsewhere] * max(most, 0)
    try:
        for i in range(len(filling)):
            filling[i] = object()
            if id(filling[i]) >= addresses[-1]:
                break
    except MemoryError:
        pass  # the heap ends below
    for cell in filling:
        if id(cell) in addresses:
            cells[addresses.index(id(cell))] = cell
    filling.clear()
    return cells
