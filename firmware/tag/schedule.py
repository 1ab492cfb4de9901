"""When to look at the next fix; when to seal and when to upload: once an upload slot."""

# The fastest that a wearer is thought to move on the ground: 144 km/h, above every British and
# most European limits for cars. A train may be faster; DESIGN.md section 3 takes the same.
V_MAX_M_S = 40
# A fix may be so far from where the tag is: a multipath jump and the receiver's own error.
NOISE_M = 130

SEAL_AHEAD_S = 60  # a batch is sealed this long before it leaves, so that sealing shows in no time


def next_fix_s(utc_s, edge_dm, warn_m, slot_s):
    """Return the UTC second at which the fix after the one of utc_s is due.

    So early that no zone's edge (the nearest is edge_dm off, None: there is none), nor its warn
    buffer, is reached before it at V_MAX_M_S; at the slot's border always; else a second on.
    """
    border_s = utc_s - utc_s % slot_s + slot_s
    if edge_dm is None:
        return border_s
    free_m = edge_dm // 10 - warn_m - NOISE_M
    return min(utc_s + max(free_m // V_MAX_M_S, 1), border_s)


class UploadSlots:
    """Says once for each upload slot that its batch is to be sealed, and once that it leaves."""

    def __init__(self, upload_s):
        self._upload_s = upload_s
        self._sealed = None
        self._sent = None

    def seal_is_due(self, utc_s):
        """Return True once, within the last minute of each upload slot."""
        slot = (utc_s + SEAL_AHEAD_S) // self._upload_s
        if self._sealed is None or slot < self._sealed - 1:  # boot, or a clock that was set back
            self._sealed = slot
        if slot <= self._sealed:  # a time that steps back a little seals no second batch
            return False
        self._sealed = slot
        return True

    def upload_is_due(self, utc_s):
        """Return True once, at the border of each upload slot."""
        slot = utc_s // self._upload_s
        if self._sent is None or slot < self._sent - 1:
            self._sent = slot
        if slot <= self._sent:
            return False
        self._sent = slot
        return True
