"""The watchdog: 8.3 s is the most that an RP2040 has."""

import machine

_TIMEOUT_MS = 8_300


def start():
    """Start it and return it; it cannot be stopped. `feed()` it on progress only."""
    return machine.WDT(timeout=_TIMEOUT_MS)


def reset_cause():
    """Return machine.PWRON_RESET or machine.WDT_RESET: the RP2040 knows no other."""
    return machine.reset_cause()
