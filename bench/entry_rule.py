"""REQUIREMENTS R6, measured: the firmware's own rule, and rules that fall, under one noise.

usage: python bench/entry_rule.py [false] [true] [whole] [--hours N] [--months N] [--runs N]
       [--jumps N] [--mean-jump S] [--overlap] [--every-fix] [--seed N]

The noise: Gauss-Markov, 10 m at 90 %, time constant 30 s; two multipath jumps an hour of 100 m,
uniform bearing, exponential length (mean 8 s) capped at 30 s. `false`: a tag 20 m outside a
straight edge, a circle, and in an alley with the zone 20 m off on both sides; 10,000 runs of an
hour and ten of 30 days each. `true`: 30 m deep, 60 and 150, from several speeds. Exit is the
mirror: the same with inside and outside changed over. `whole`: the tag's whole zone set
(zones_around.py). All three where none is named. Exit status 1 where the firmware's rule or the
zone set decided falsely, or too few true ones, or too late.
"""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Callable, Iterator

import numpy as np
from r6_noise import CAP_S, OUTSIDE_M, all_tracks, all_tracks_of, path_m
from zones_around import false_entries, zones_around

from reticent.tagcode import FIRMWARE, gnss

sys.path.insert(0, str(FIRMWARE))
from tag.evidence import Evidence
from tag.jumps import Jumps

ERROR_M = 5  # what the tag says of a fix at HDOP 1
SPEEDS = ("2", "10", "25", "40")  # m/s; what R6 says is held to these
APPROACHES = (*SPEEDS, "abrupt", "at once")
DEEP_M, MOST_S = 150, 180  # within 15 s where it is so deep, else within this
MOTION_DM = 450  # a longer step in a second may be a jump; below it the rule sees motion
DM_PER_UDEG = 10 / 9  # as jumps.py has it

Depth = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of decimetres north and east


def edge(north, _east):
    """Return the depth behind a straight edge north of the tag."""
    return north - 10 * OUTSIDE_M


def circle(north, east):
    """Return the depth in a circle of 150 m north of the tag."""
    return 1_500 - np.hypot(north - 10 * (OUTSIDE_M + 150), east)


def alley(north, _east):
    """Return the depth in a zone that lies on both sides of the tag."""
    return np.abs(north) - 10 * OUTSIDE_M


SHAPES: tuple[Depth, ...] = (edge, circle, alley)


class Rule:
    """What takes fixes and says when it enters."""

    name = ""

    def is_idle(self) -> bool:
        """Return whether seconds of mere motion outside change nothing any more."""
        raise NotImplementedError

    def skip(self, second: int, north: int, east: int) -> None:
        """Go on after a second that changed nothing."""

    def fix(self, second: int, north: int, east: int, depth_dm: int) -> bool:
        """Return whether this fix decides."""
        raise NotImplementedError


class Own(Rule):
    """The firmware's rule; `sign` -1 makes inside of outside: exits instead of entries."""

    name = "the firmware's"

    def __init__(self, shape: Depth, sign: int) -> None:
        self.evidence, self.jumps = Evidence(), Jumps()
        self.shape, self.sign = shape, sign
        self.fix_ = gnss.Fix(0, 0, 0, 10, 9)
        for _ in range(12):
            self.evidence.weigh(-2_000 * sign, ERROR_M, 1)

    def is_idle(self) -> bool:
        calm = not self.jumps.is_held and self.jumps._watched_s == CAP_S
        return calm and self.evidence.is_settled() and self.evidence.inside is (self.sign < 0)

    def skip(self, second: int, north: int, east: int) -> None:
        self.jumps._last_s = second + 1
        self.jumps._lat, self.jumps._lon = _udeg(north), _udeg(east)

    def fix(self, second: int, north: int, east: int, depth_dm: int) -> bool:
        self.fix_.utc_s = second + 1
        self.fix_.lat_udeg, self.fix_.lon_udeg = _udeg(north), _udeg(east)
        jumps, evidence = self.jumps, self.evidence
        jumps.take(self.fix_)
        steady_dm = None
        if jumps.is_held:
            n = north - round(jumps.north_udeg * DM_PER_UDEG)
            e = east - round(jumps.east_udeg * DM_PER_UDEG)
            steady_dm = self.sign * int(self.shape(n, e))
        elif jumps.was_one:
            evidence.believe_jump()
        decided = evidence.weigh(self.sign * depth_dm, ERROR_M, 1, steady_dm)
        return decided is (self.sign > 0)


class FourInARow(Rule):
    """Entered after four fixes in a row inside."""

    name = "four in a row"

    def __init__(self, shape: Depth, sign: int) -> None:
        self.row = 0

    def is_idle(self) -> bool:
        return self.row == 0

    def fix(self, second: int, north: int, east: int, depth_dm: int) -> bool:
        self.row = self.row + 1 if depth_dm >= 0 else 0
        return self.row == 4


class MostOf45(FourInARow):
    """Entered when more than half of the fixes of the last 45 s are inside."""

    name = "most of 45 s"

    def __init__(self, shape: Depth, sign: int) -> None:
        self.last: deque[bool] = deque([False] * 45, 45)
        self.count = 0

    def is_idle(self) -> bool:
        return self.count == 0

    def fix(self, second: int, north: int, east: int, depth_dm: int) -> bool:
        before = self.count
        self.count += (depth_dm >= 0) - self.last[0]
        self.last.append(depth_dm >= 0)
        return before <= 22 < self.count


def _udeg(dm: int) -> int:
    return round(dm / DM_PER_UDEG)


def decisions(rule, track: np.ndarray, depths: np.ndarray, every_fix: bool) -> Iterator[int]:
    """Yield each second at which the rule says entered.

    Seconds of mere motion outside are skipped while they change nothing (--every-fix: are not).
    """
    north, east, depth = track[0].tolist(), track[1].tolist(), depths.tolist()
    steps = np.hypot(*np.diff(track, axis=1, prepend=track[:, :1]))
    busy = np.flatnonzero((steps > MOTION_DM) | (depths >= 0)).tolist()
    busy.append(len(north))
    at = second = 0
    while second < len(north):
        while busy[at] < second:
            at += 1
        if not every_fix and rule.is_idle() and busy[at] > second + 2:
            # The two before what happens are looked at: the pace is theirs.
            second = busy[at] - 1
            rule.skip(second - 1, north[second - 1], east[second - 1])
            if second >= len(north):
                return
        if rule.fix(second, north[second], east[second], depth[second]):
            yield second
        second += 1


def false_decisions(args: argparse.Namespace) -> list[str]:
    """Print how often each rule enters for a tag 20 m outside, or leaves 20 m inside.

    Returns the firmware's own false decisions, which must not be.
    """
    wrong: list[str] = []
    spans = [(args.hours, 3_600), (args.months, 30 * 86_400)]
    for number, shape in enumerate(SHAPES):
        kinds: list[tuple[Callable[[Depth, int], Rule], int]] = [(Own, 1), (Own, -1)]
        if shape is edge:
            kinds += [(FourInARow, 1), (MostOf45, 1)]
        counts = [0] * len(kinds)
        rng = np.random.default_rng([args.seed, number])
        for track in all_tracks(rng, spans, args):
            depths = np.rint(shape(track[0], track[1])).astype(np.int32)
            for at, (kind, sign) in enumerate(kinds):
                said = decisions(kind(shape, sign), track, depths, args.every_fix)
                counts[at] += sum(1 for _ in said)
        for count, (kind, sign) in zip(counts, kinds, strict=True):
            what = "entries" if sign > 0 else "exits"
            line = f"{shape.__name__}, 20 m off: {kind.name} rule: {count} false {what}"
            print(line, flush=True)
            wrong += [line] if count and kind is Own else []
    return wrong


def true_decision(args: argparse.Namespace, depth_m: int, stay_s: int, approach: str, sign: int):
    """Return the seconds that each took from that depth on, None where it was missed."""
    draw = [args.seed, sign + 1, depth_m, stay_s, APPROACHES.index(approach)]
    path, before = path_m(depth_m, stay_s, approach)
    rng = np.random.default_rng(draw)
    taken: list[int | None] = []
    for track in all_tracks_of(rng, path, args):
        depths = edge(track[0], track[1])
        at = next(decisions(Own(edge, sign), track, depths, args.every_fix), None)
        taken.append(None if at is None else at - before)
    return taken


def true_decisions(args: argparse.Namespace) -> list[str]:
    """Print what was decided, and how fast, at each depth and speed; return what R6 forbids."""
    wrong: list[str] = []
    for sign, what in ((1, "entry"), (-1, "exit")):
        for depth_m, stay_s in ((30, 120), (30, 180), (60, 120), (150, 60)):
            for approach in APPROACHES:
                taken = true_decision(args, depth_m, stay_s, approach, sign)
                done = [t for t in taken if t is not None]
                in_15_s = sum(t <= 15 for t in done)
                slowest_s = max(done, default=0)
                line = (
                    f"{what} {approach}, {depth_m} m for {stay_s} s: {len(done)} of {len(taken)} "
                    f"decided ({100 * len(done) / len(taken):.3f} %), slowest {slowest_s} s, "
                    f"within 15 s {100 * in_15_s / len(taken):.3f} %"
                )
                print(line, flush=True)
                quick = in_15_s if depth_m == DEEP_M else len(done)
                if approach in SPEEDS and (quick < 0.999 * len(taken) or slowest_s > MOST_S):
                    wrong.append(line)
    return wrong


def whole(args: argparse.Namespace) -> list[str]:
    """Print how often the tag's whole zone set enters one of the zones around it; return that."""
    rng = np.random.default_rng([args.seed, 99])
    entered = false_entries(all_tracks(rng, [(args.whole_hours, 3_600)], args))
    line = (
        f"{len(zones_around())} zones 20 m off, {args.whole_hours} hours: "
        f"{entered} fixes with a false entry"
    )
    print(line, flush=True)
    return [line] if entered else []


PARTS = {"false": false_decisions, "true": true_decisions, "whole": whole}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    # Not `choices`: with them Python 3.11 refuses that none is named.
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS), metavar="PART")
    parser.add_argument("--hours", type=int, default=10_000, help="runs of an hour")
    parser.add_argument("--months", type=int, default=10, help="runs of 30 days")
    parser.add_argument("--runs", type=int, default=20_000, help="true entries of each kind")
    parser.add_argument("--whole-hours", type=int, default=100, help="hours of the whole zone set")
    parser.add_argument("--mean-jump", type=float, default=8, help="mean length of a jump")
    parser.add_argument("--jumps", type=float, default=2, help="jumps an hour")
    parser.add_argument("--overlap", action="store_true", help="jumps add where they overlap")
    parser.add_argument("--every-fix", action="store_true", help="skip nothing")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if not set(args.parts) <= PARTS.keys():
        parser.error(f"PART is one of {', '.join(PARTS)}")
    wrong = [line for part in args.parts or PARTS for line in PARTS[part](args)]
    sys.exit("\n".join(["not as REQUIREMENTS R6 has it:", *wrong]) if wrong else 0)


if __name__ == "__main__":
    main()
