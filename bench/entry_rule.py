"""REQUIREMENTS R6, measured: the firmware's own rule, and rules that fall, under one noise.

usage: python bench/entry_rule.py [--hours N] [--months N] [--runs N] [--interval S] [--jumps N]
       [--mean-jump S] [--overlap] [--seed N]

The noise: Gauss-Markov, 10 m at 90 %, time constant 30 s; two multipath jumps an hour of 100 m,
uniform bearing, exponential length (mean 8 s) capped at 30 s. False entries: a tag 20 m outside a
straight edge, 10,000 runs of an hour and ten of 30 days; true entries: 30 m deep for 120 s from
20 m outside, and 150 m deep. Exit is the mirror: the same with inside and outside changed over.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import deque
from collections.abc import Iterator

import numpy as np

from reticent.tagcode import FIRMWARE

sys.path.insert(0, str(FIRMWARE))
from tag.evidence import Evidence

SIGMA_M = 10 / math.sqrt(2 * math.log(10))  # on each axis: 10 m holds 90 % of the radii
TAU_S = 30
JUMP_M, CAP_S = 100, 30
ERROR_M = 5  # what the tag says of a fix at HDOP 1
CHUNK = 500


class Own:
    """The firmware's rule; `sign` -1 makes inside of outside: exits instead of entries."""

    name = "the firmware's evidence"

    def __init__(self, sign: int) -> None:
        self.evidence, self.sign = Evidence(), sign

    def settle(self) -> None:
        for _ in range(12):
            self.evidence.weigh(-2_000 * self.sign, ERROR_M, 1)

    def fix(self, depth_dm: int, elapsed_s: int) -> bool:
        return self.evidence.weigh(depth_dm * self.sign, ERROR_M, elapsed_s) is (self.sign > 0)


class FourInARow:
    """Entered after four fixes in a row inside."""

    name = "four in a row"

    def __init__(self, _sign: int) -> None:
        self.row = 0

    def settle(self) -> None:
        """It has nothing to settle."""

    def fix(self, depth_dm: int, _elapsed_s: int) -> bool:
        self.row = self.row + 1 if depth_dm >= 0 else 0
        return self.row == 4


class MostOf45:
    """Entered when more than half of the fixes of the last 45 s are inside."""

    name = "most of 45 s"

    def __init__(self, _sign: int) -> None:
        self.last: deque[bool] = deque([False] * 45, 45)
        self.count = 0

    def settle(self) -> None:
        """It has nothing to settle."""

    def fix(self, depth_dm: int, elapsed_s: int) -> bool:
        before = self.count
        for _ in range(elapsed_s):
            self.count += (depth_dm >= 0) - self.last[0]
            self.last.append(depth_dm >= 0)
        return before <= 22 < self.count


def depths_dm(
    rng: np.random.Generator, path_m: np.ndarray, runs: int, args: argparse.Namespace
) -> np.ndarray:
    """Return (runs, seconds) of depths across a straight edge, in decimetres."""
    seconds = len(path_m)
    keep = math.exp(-1 / TAU_S)
    noise = rng.normal(0, SIGMA_M * math.sqrt(1 - keep * keep), (runs, seconds))
    noise[:, 0] = rng.normal(0, SIGMA_M, runs)
    for second in range(1, seconds):
        noise[:, second] += keep * noise[:, second - 1]
    noise += path_m
    for run, starts in enumerate(rng.poisson(args.jumps * (seconds + CAP_S) / 3600, runs)):
        busy_until = -math.inf
        for start in sorted(rng.uniform(-CAP_S, seconds, starts)):
            length = min(rng.exponential(args.mean_jump), CAP_S)
            bearing = rng.uniform(0, 2 * math.pi)
            begin = start if args.overlap else max(start, busy_until)
            busy_until = begin + length
            low, high = max(0, math.ceil(begin)), max(0, math.ceil(begin + length))
            noise[run, low:high] += JUMP_M * math.cos(bearing)
    return np.rint(noise * 10).astype(np.int32)


def decisions(rule, track: list[int], interval_s: int) -> Iterator[int]:
    """Yield each second at which the rule says entered."""
    for second in range(0, len(track), interval_s):
        if rule.fix(track[second], interval_s):
            yield second


def false_entries(args: argparse.Namespace, seed: int, spans: list[tuple[int, int]]) -> dict:
    """Return how often each rule enters for a tag 20 m outside; spans are (runs, seconds)."""
    counts: dict[str, int] = {}
    for sign in (1, -1):
        rng = np.random.default_rng([seed, sign + 1])
        for runs, seconds in spans:
            chunk = max(1, CHUNK * 3_600 // seconds)
            for first in range(0, runs, chunk):
                tracks = depths_dm(rng, np.full(seconds, -20.0), min(chunk, runs - first), args)
                for track in tracks:
                    listed = track.tolist()
                    for kind in (Own, FourInARow, MostOf45) if sign > 0 else (Own,):
                        rule = kind(sign)
                        rule.settle()
                        name = kind.name + (", exits" if sign < 0 else "")
                        counts[name] = counts.get(name, 0) + sum(
                            1 for _ in decisions(rule, listed, args.interval)
                        )
    return counts


def true_entries(args: argparse.Namespace, seed: int, depth_m: float, stay_s: int, sign: int):
    """Return the seconds that each entry took, None where it was missed."""
    rng = np.random.default_rng([seed, sign + 1, int(depth_m)])
    path = np.concatenate([np.full(60, -20.0), np.full(stay_s, depth_m)])
    taken: list[int | None] = []
    for first in range(0, args.runs, CHUNK):
        for track in depths_dm(rng, path, min(CHUNK, args.runs - first), args):
            rule = Own(sign)
            rule.settle()
            at = next(decisions(rule, track.tolist(), args.interval), None)
            taken.append(None if at is None else at - 59)
    return taken


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=int, default=10_000, help="runs of an hour")
    parser.add_argument("--months", type=int, default=10, help="runs of 30 days")
    parser.add_argument("--runs", type=int, default=20_000, help="true entries of each kind")
    parser.add_argument("--interval", type=int, default=1, help="seconds between two fixes")
    parser.add_argument("--mean-jump", type=float, default=8, help="mean length of a jump")
    parser.add_argument("--jumps", type=float, default=2, help="jumps an hour")
    parser.add_argument("--overlap", action="store_true", help="jumps add where they overlap")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    spans = [(args.hours, 3_600), (args.months, 30 * 86_400)]
    for name, count in false_entries(args, args.seed, spans).items():
        print(f"20 m outside: {name}: {count} false")
    for sign, what in ((1, "entry"), (-1, "exit")):
        for depth_m, stay_s in ((30, 120), (30, 180), (60, 120), (150, 60)):
            taken = true_entries(args, args.seed, depth_m, stay_s, sign)
            done = [t for t in taken if t is not None]
            in_15_s = sum(t <= 15 for t in done)
            print(
                f"{what}, {depth_m} m for {stay_s} s: {len(done)} of {len(taken)} decided "
                f"({100 * len(done) / len(taken):.3f} %), slowest {max(done)} s, "
                f"within 15 s {100 * in_15_s / len(taken):.2f} %"
            )


if __name__ == "__main__":
    main()
