"""Size and timing: what one who sees only the envelopes on the wire learns of the wearer.

The records of the pipeline go through the tag's own assembly, batches and envelope framing; times
come from the tag's own upload slots, with the radio's and the server's delay on top. A classifier
then guesses from each hour's sizes and times what the wearer did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks import driven
from reticent.attacks.towns import Bools, Floats
from reticent.attacks.wearers import DAY_S, HOME, Wearer, make_wearer
from reticent.sim.told import Told
from reticent.tagcode import assembly, batch, cose, envelope, grid, policy, record, schedule

STATES = ("home", "away", "moving", "near a zone")
_HOUR_S = 3_600
_NEAR_M = 500.0
_JOIN_S = (6.0, 2.0)  # radio, TLS, server: mean and sigma of the delay, whatever is sent
_NEXT_S = 0.3  # between two envelopes of one upload
_TREES = 60
_FOLDS = 5
_RESAMPLES = 400


@dataclass(frozen=True)
class Sent:
    """One envelope on the wire."""

    at_s: float
    size: int
    kind: int


@dataclass(frozen=True)
class Windows:
    """Hours: what was seen of each, and what the wearer did in it."""

    seen: Floats  # [hour, feature]
    states: Bools  # [hour, state]
    sent: int  # ROUTINE envelopes
    sizes: set[int]  # of ROUTINE envelopes


@dataclass(frozen=True)
class Week:
    """One wearer's days through the pipeline: what was seen on the wire, and what was told."""

    windows: Windows
    days: int
    cells: int
    positions: int
    envelopes: int
    bytes_sent: int


def week_of(seed: int, days: int, rules: driven.Rules) -> Week:
    """Return the days of one wearer with two exclusion zones, of the sort that the seed gives."""
    wearer, sort = make_wearer(seed, days), seed % driven.SORTS
    order = driven.policy_of(rules, days, driven.zones_for(wearer, sort))
    rng = np.random.default_rng((seed, 20))
    row, col = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, 2)
    said = driven.drive(wearer, order, (int(row), int(col)), days, seed)
    sent = envelopes(said, order, days, rng)
    routine = [one for one in sent if one.kind == batch.ROUTINE]
    windows = Windows(
        _features(routine, days)[1:],  # the first hour is a boot's
        _states(wearer, sort, days)[1:],
        len(routine),
        {one.size for one in routine},
    )
    kinds = [entry[0] for _, _, entry in said]
    cells = sum(entry[0] == record.COARSE and entry[2] is not None for _, _, entry in said)
    total = sum(one.size for one in sent)
    return Week(windows, days, cells, kinds.count(record.PRECISE), len(sent), total)


def week_asked(asked: tuple[int, int, driven.Rules]) -> Week:
    """Return week_of() these: (seed, days, rules)."""
    return week_of(*asked)


def _states(wearer: Wearer, sort: int, days: int) -> Bools:
    """Return what the wearer did in each hour: [hour, state]."""
    way = wearer.at(np.arange(0, days * DAY_S, 60.0))
    moving = np.hypot(*np.diff(way, axis=0, append=way[-1:]).T) > 20
    home = np.hypot(*(way - wearer.places[HOME]).T) < 100
    near = np.min([np.hypot(*(way - zone).T) for zone in driven.zoned(wearer, sort)], axis=0)
    flags = ((home, 0.5), (~home, 0.5), (moving, 0.15), (near < _NEAR_M, 0.05))
    by_hour = [flag.reshape(-1, 60).mean(axis=1) > share for flag, share in flags]
    return np.array(by_hour).T


def envelopes(
    said: list[Told], order: policy.Policy, days: int, rng: np.random.Generator
) -> list[Sent]:
    """Return the envelopes that these records make on their way to the collector."""
    made: list[Sent] = []
    waiting: list[tuple[int, int]] = []  # (size, class) sealed, not sent
    records = assembly.Assembly(order.address)
    slots = schedule.UploadSlots(order.upload_s)
    queue = iter([*said, (driven.START_S + days * DAY_S, 0, [])])
    at_s, kind, entry = next(queue)
    number = 0
    free_s = 0.0  # when the radio has sent what it was told to before
    for utc_s in _seconds(said, order, days):
        while at_s <= utc_s and entry:
            records.add(kind, entry)
            at_s, kind, entry = next(queue)
        due = [batch.ALERT] if records.has_alert(utc_s) else []
        due += [batch.ROUTINE] if slots.seal_is_due(utc_s) else []
        for which in due:
            _, _, data = records.next_batch(which, utc_s)
            number += 1
            waiting.append((_size(data, which, number, order.version), which))
        at_border = slots.upload_is_due(utc_s)
        if batch.ALERT in due or at_border:
            leaving = [one for one in waiting if at_border or one[1] == batch.ALERT]
            waiting = [one for one in waiting if one not in leaving]
            begins_s = max(utc_s - driven.START_S + rng.uniform(0, 1), free_s)
            joined_s = begins_s + max(float(rng.normal(*_JOIN_S)), 0.5)
            made += [Sent(joined_s + k * _NEXT_S, *one) for k, one in enumerate(leaving)]
            free_s = joined_s + _NEXT_S * len(leaving)
    return made


def _seconds(said: list[Told], order: policy.Policy, days: int) -> list[int]:
    """Return the seconds at which the sealing task has something to do."""
    end_s = driven.START_S + days * DAY_S
    borders = range(driven.START_S, end_s, order.upload_s)
    found = {utc_s for utc_s, _, _ in said}
    found |= {utc_s + assembly.SHARE_S for utc_s, kind, _ in said if kind == batch.ALERT}
    found |= set(borders) | {border - schedule.SEAL_AHEAD_S for border in borders}
    return sorted(utc_s for utc_s in found if driven.START_S <= utc_s < end_s)


def _size(data: bytes | bytearray, kind: int, number: int, version: int) -> int:
    """Return the size of the envelope around a batch: keys and signature are of fixed sizes."""
    blank, kid = bytes(envelope.HASH_SIZE), bytes(cose.KID_SIZE)
    header = envelope.Header(kid, kind, number, version, blank, blank, blank, blank)
    wrapped = [(kid, bytes(80))] * 2
    payload = envelope.encode_payload(header.encode(), wrapped, data + bytes(16))
    return len(cose.frame(kid, payload, bytes(cose.SIGNATURE_SIZE)))


def _features(sent: list[Sent], days: int) -> Floats:
    """Return for each hour: how many, bytes, when the first and last came, the last gap."""
    hours = days * 24
    found = np.zeros((hours, 6))
    before_s = 0.0
    found[:, 2] = found[:, 3] = _HOUR_S
    for one in sent:
        hour = int(one.at_s // _HOUR_S)
        if hour >= hours:
            continue
        within = one.at_s % _HOUR_S
        found[hour, 0] += 1
        found[hour, 1] += one.size
        found[hour, 2] = min(found[hour, 2], within)
        found[hour, 3] = within
        found[hour, 4] = one.at_s - before_s
        found[hour, 5] = one.size
        before_s = one.at_s
    return found


def upper_auc(seen: Floats, truth: Bools, seed: int) -> tuple[float, float]:
    """Return (AUC, its upper 95 % bound) of a boosted classifier, cross-validated.

    The AUC of an attacker who may turn the verdict round is max(AUC, 1 - AUC).
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(seen))
    scores = np.zeros(len(seen))
    for fold in range(_FOLDS):
        held = order[fold::_FOLDS]
        taught = np.setdiff1d(order, held)
        scores[held] = _boosted(seen[taught], truth[taught], seen[held])
    resampled = np.empty(_RESAMPLES)
    for k in range(_RESAMPLES):
        drawn = rng.integers(0, len(seen), len(seen))
        resampled[k] = auc(scores[drawn], truth[drawn])
    return auc(scores, truth), float(np.percentile(resampled, 95))


def auc(scores: Floats, truth: Bools) -> float:
    """Return the area under the ROC curve; ties count half (Mann-Whitney)."""
    known, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    ones = int(truth.sum())
    zeros = len(truth) - ones
    if not ones or not zeros or not len(known):
        return 0.5
    return float((ranks[truth].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _boosted(seen: Floats, truth: Bools, asked: Floats) -> Floats:
    """Return the scores of gradient-boosted stumps (Friedman, 2001) with the logistic loss."""
    cuts = [np.unique(np.percentile(column, np.arange(5, 100, 5))) for column in seen.T]
    total, answer = np.zeros(len(seen)), np.zeros(len(asked))
    for _ in range(_TREES):
        rest = truth - 1 / (1 + np.exp(-total))
        column, cut, low, high = _stump(seen, rest, cuts)
        total += 0.2 * np.where(seen[:, column] > cut, high, low)
        answer += 0.2 * np.where(asked[:, column] > cut, high, low)
    return answer


def _stump(seen: Floats, rest: Floats, cuts: list[Floats]) -> tuple[int, float, float, float]:
    best = (-1.0, 0, 0.0, 0.0, 0.0)
    for column, tried in enumerate(cuts):
        for cut in tried:
            above = seen[:, column] > cut
            count = int(above.sum())
            if not 0 < count < len(rest):
                continue
            high, low = rest[above].mean(), rest[~above].mean()
            gain = count * high**2 + (len(rest) - count) * low**2
            if gain > best[0]:
                best = (float(gain), column, float(cut), float(4 * low), float(4 * high))
    return best[1:]


def joined(parts: list[Windows]) -> Windows:
    """Return the windows of several wearers as one."""
    return Windows(
        np.concatenate([part.seen for part in parts]),
        np.concatenate([part.states for part in parts]),
        sum(part.sent for part in parts),
        set().union(*(part.sizes for part in parts)),
    )
