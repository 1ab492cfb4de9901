"""When to look at the next fix; when to seal and when to upload: once an upload slot."""

LONG_OUTAGE_S = 86_400  # without an ack: from then on one ROUTINE batch covers eight upload slots
OUTAGE_SLOTS = 8  # so that 30 days fit the outbox (docs/STORAGE.md)

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
    """Says once for each upload slot that its batch is to be sealed, and once that it leaves.

    `sealed_s` is when an earlier life sealed the last one; 0 where that is not known.
    """

    def __init__(self, upload_s, sealed_s=0):
        self._upload_s = upload_s
        self._earlier = (sealed_s + SEAL_AHEAD_S) // upload_s if sealed_s else None
        self._covered = self._earlier  # up to this slot a batch tells of it
        self._sealed = None
        self._sent = None

    def follow(self, upload_s):
        """Count in slots of another length: that in which the last batch left has had its own."""
        if self._sealed is not None:
            self._sealed = self._sealed * self._upload_s // upload_s
        if self._sent is not None:
            self._sent = self._sent * self._upload_s // upload_s
        self._upload_s = upload_s

    def seal_is_due(self, utc_s, spans=1):
        """Return True once, within the last minute of each upload slot.

        Of every eighth, say, where one batch `spans` eight slots.
        """
        slot = (utc_s + SEAL_AHEAD_S) // self._upload_s
        if self._sealed is None:
            self._sealed = slot - 1 if self._is_left_over(slot, utc_s) else slot
        elif slot < self._sealed - 1:  # a clock that was set back
            self._sealed = slot
        if slot <= self._sealed:  # a time that steps back a little seals no second batch
            return False
        self._sealed = slot
        if self._covered is not None and 0 < slot - self._covered < spans:
            return False
        self._covered = slot
        return True

    def sealed_as_s(self, utc_s):
        """Return the second as of which the batch is sealed: one that is late tells no later."""
        return min(utc_s, self._sealed * self._upload_s - 1)

    def _is_left_over(self, slot, utc_s):
        """Return whether a boot falls into this slot's last minute and it was not sealed before.

        Where nobody knows, it was: a batch too few tells less than one too many.
        """
        in_last_minute = slot > utc_s // self._upload_s
        return in_last_minute and self._earlier is not None and self._earlier < slot

    def upload_is_due(self, utc_s):
        """Return True once, at the border of each upload slot."""
        slot = utc_s // self._upload_s
        if self._sent is None or slot < self._sent - 1:
            self._sent = slot
        if slot <= self._sent:
            return False
        self._sent = slot
        return True
