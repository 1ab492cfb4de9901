"""What a tag would tell on a way, from its fixes alone: the firmware's pipeline on CPython.

No receiver, flash or sealing: days in a second, for what needs thousands of them. `reticent
simulate` runs the whole tag and tells the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reticent.archive.words import Record
from reticent.tagcode import gnss, pipeline, policy

Told = tuple[int, int, Record]  # UTC second, class (batch.ROUTINE or ALERT), record
FixAt = Callable[[int], gnss.Fix | None]


def told(
    order: policy.Policy, offset: tuple[int, int], fix_at: FixAt, start_s: int, end_s: int
) -> Iterator[Told]:
    """Yield all that is told from start_s until before end_s; the tag boots at start_s.

    `fix_at(utc_s)` returns the receiver's Fix of a second, or None; it is asked for the seconds
    at which the tag looks, and each second on where it saw none. `offset` is the hidden one, in
    2**-20 cells, (row, col).
    """
    tag = pipeline.Pipeline(order, offset)
    utc_s = start_s
    while utc_s < end_s:
        for kind, entry in tag.step(utc_s, fix_at(utc_s)):
            yield utc_s, kind, entry
        utc_s = max(tag.due_s, utc_s + 1)
