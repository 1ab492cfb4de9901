"""Why the tag began anew: the value of a BOOT event, one byte.

A task that died is 16 + 8 x how + task, so that every death has a number of its own.
"""

POWER_ON = 1
STARVED = 3  # the watchdog bit, and nothing had given a reason: the sampling loop stood still
DOCKED = 4  # `reticent fetch` has ended

SAMPLE, WARN, SEAL, SEND, BOOT, TAMPER = 0, 1, 2, 3, 4, 5  # the tasks; BOOT: before they run
TASKS = ("sample", "warn", "seal", "send", "boot", "tamper")

ENDED, MEMORY, SYSTEM, STORE, STALLED, FAULT = 0, 1, 2, 3, 4, 5
HOWS = ("ended", "no memory", "flash or system error", "stored data damaged", "stalled", "fault")

_FIRST = 16


def died(task, how):
    """Return the reason of a task's death."""
    return _FIRST + 8 * how + task


def words(reason):
    """Return what a reason says, for people."""
    if reason >= _FIRST:
        how, task = divmod(reason - _FIRST, 8)
        if how < len(HOWS) and task < len(TASKS):
            return "%s: %s" % (TASKS[task], HOWS[how])
    known = {POWER_ON: "power-on", STARVED: "watchdog", DOCKED: "after the dock"}
    return known.get(reason, "reset")
