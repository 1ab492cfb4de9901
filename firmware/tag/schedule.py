"""When to seal and when to upload: once an upload slot, whatever happened."""

SEAL_AHEAD_S = 60  # a batch is sealed this long before it leaves, so that sealing shows in no time


class UploadSlots:
    """Says once for each upload slot that its batch is to be sealed, and once that it leaves."""

    def __init__(self, upload_s):
        self._upload_s = upload_s
        self._sealed = None
        self._sent = None

    def seal_is_due(self, utc_s):
        """Return True once, within the last minute of each upload slot."""
        slot = (utc_s + SEAL_AHEAD_S) // self._upload_s
        if self._sealed is None:
            self._sealed = slot
        if slot == self._sealed:
            return False
        self._sealed = slot
        return True

    def upload_is_due(self, utc_s):
        """Return True once, at the border of each upload slot."""
        slot = utc_s // self._upload_s
        if self._sent is None:
            self._sent = slot
        if slot == self._sent:
            return False
        self._sent = slot
        return True
