"""gc as on the rp2 port: a threshold in bytes is as many blocks as there, half as large as here.

chip.py gives it that name: the built-in module cannot be shadowed.
"""

import gc as _gc
from gc import collect, disable, enable, isenabled, mem_alloc, mem_free  # noqa: F401 - the port's

_FACTOR = 2  # 64 bits for 32


def threshold(*amount):
    """Collect after so many bytes, of a 32-bit chip's; -1: only when nothing is free."""
    if not amount:
        found = _gc.threshold()
        return found if found < 0 else found // _FACTOR
    return _gc.threshold(amount[0] * _FACTOR if amount[0] > 0 else amount[0])
