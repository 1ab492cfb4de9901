"""How long a fuzzer may run, in seconds of processor time: what else a computer does is not in it.

libFuzzer's own -max_total_time is wall clock.
"""

from __future__ import annotations

import os
import sys
import time

OPTION = "--processor-seconds="
_EVERY = 64  # inputs between two looks at the clock


class Budget:
    """Counts inputs; ends the process with status 0 when its time is used up."""

    def __init__(self) -> None:
        """Take the option out of the command line; without it there is no end."""
        given = [word for word in sys.argv if word.startswith(OPTION)]
        for word in given:
            sys.argv.remove(word)
        self._most_s = float(given[-1][len(OPTION) :]) if given else float("inf")
        self.inputs = 0

    def spend(self) -> None:
        """Count one input that was tried and found without a fault."""
        self.inputs += 1
        if self.inputs % _EVERY == 0 and time.process_time() >= self._most_s:
            spent_s = time.process_time()
            print(f"{self.inputs} inputs in {spent_s:.0f} s of processor time: no fault")
            sys.stdout.flush()
            os._exit(0)  # libFuzzer takes any exception for a crash
