"""The watchdog: 8.3 s is the most that an RP2040 has; and the reason that outlives a reset.

The watchdog's scratch registers keep their content over every reset but a power-on, and cost no
flash; one holds reason and deaths. The port's own reboot uses others (4 to 7).
"""

import machine

_TIMEOUT_MS = 8_300
_MAGIC = 0x2EA5 << 16  # then a byte of reason, and one of deaths in a row
_POWER_ON = 1  # tag/reasons.py


class Watchdog:
    """Started once a boot; it cannot be stopped. `feed()` it on progress only."""

    def __init__(self, scratch_address, unknown_reason):
        """Start it; a reset that nobody explains will read as `unknown_reason`."""
        self._address = scratch_address
        word = machine.mem32[scratch_address]
        is_ours = word >> 16 == _MAGIC >> 16 and machine.reset_cause() == machine.WDT_RESET
        self.reason = word >> 8 & 0xFF if is_ours else _POWER_ON
        self.deaths = word & 0xFF if is_ours else 0  # resets in a row, without a settled life
        self._next_deaths = min(self.deaths + 1, 0xFF)
        self._keep(unknown_reason)
        self._unknown_reason = unknown_reason
        self._dog = machine.WDT(timeout=_TIMEOUT_MS)

    def feed(self):
        """Give it another 8.3 s."""
        self._dog.feed()

    def settle(self):
        """This life has lasted: the next death is the first in a row."""
        self._next_deaths = 1
        self._keep(self._unknown_reason)

    def reset(self, reason):
        """Reset the chip, for this reason."""
        self._keep(reason)
        machine.reset()

    def _keep(self, reason):
        machine.mem32[self._address] = _MAGIC | reason << 8 | self._next_deaths
