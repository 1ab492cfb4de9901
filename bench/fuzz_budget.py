"""Starts a fuzzer and says how long it may run, in seconds of processor time.

What else a computer does is not in it; libFuzzer's own -max_total_time is wall clock.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import atheris

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


def fuzz(
    try_input: Callable[[bytes], None],
    seeds: Iterable[bytes],
    mutate: Callable[[bytes, int, int], bytes],
) -> None:
    """Put the seeds into the corpus that the last argument names; fuzz until the time is up."""
    corpus = Path(sys.argv[-1])
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    budget = Budget()

    def try_one(raw: bytes) -> None:
        try_input(raw)
        budget.spend()

    atheris.Setup(sys.argv, try_one, custom_mutator=mutate)
    atheris.Fuzz()
