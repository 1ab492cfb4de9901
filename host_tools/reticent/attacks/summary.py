"""From what the draws found to the figures, each with its bar (REQUIREMENTS.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from reticent.attacks import errands, home
from reticent.attacks.addresses import Small
from reticent.attacks.draws import ERRORS, SEEN, TRIPS, Draw
from reticent.attacks.errands import Missed
from reticent.attacks.figures import LEAST, MOST, Figure
from reticent.attacks.offset import KNOWN
from reticent.attacks.seized import Gains
from reticent.attacks.sensitive import Guessed
from reticent.attacks.traffic import STATES, Week, Windows, joined, upper_auc

# R12: median error in cells, share within a tenth of a cell (100 m of 1,000 m).
_GIVEN, _UNKNOWN = (0.35, 0.065), (0.45, 0.04)
_CROSSING = 0.4
_AUC = 0.55
_MINUTES_A_DAY = 1_440
_JSON_BYTES = 133  # a full fix as OwnTracks sends it
_SIGMAS = 1.645  # one-sided 95 %


def homes(
    draws: list[Draw], lessons: list[Draw], terms: tuple[int, ...], population: str
) -> Iterator[Figure]:
    """R12: the home that no order names, by three attackers, with and without the offset."""
    for number, term in enumerate(terms):
        seen = [draw.homes[number] for draw in draws]
        taught = [draw.homes[number] for draw in lessons]
        on = f"{population}, {term} days"
        for is_given in (True, False):
            guess = home.centre(seen, offset_given=is_given)
            yield from _of_home("cell's middle", on, guess, is_given)
        for name, which in (("nights", home.NIGHTS), ("all that is said", home.DAYS)):
            given, unknown = home.learned(seen, taught, which)
            yield from _of_home(name, on, given, True)
            yield from _of_home(name, on, unknown, False)
    without = float(np.mean([draw.without_cell for draw in draws]))
    what = "of all"
    yield Figure("-", "slots without a cell", population, what, without, "share", draws=len(draws))


def _of_home(attack: str, on: str, guess: home.Guess, is_given: bool) -> Iterator[Figure]:
    least, most = _GIVEN if is_given else _UNKNOWN
    what = "offset given" if is_given else "offset unknown"
    attack = f"home: {attack}"
    count = guess.draws
    yield Figure(
        "R12", attack, on, f"{what}: median error", guess.median, "cell", least, LEAST, count
    )
    yield Figure(
        "R12", attack, on, f"{what}: within 0.1", guess.within, "share", most, MOST, count
    )


def around(missed: list[Missed], days: int, population: str) -> Iterator[Figure]:
    """The home by its errands: what our tag tells against R12's bar, and every rest's cell."""
    guess = errands.guess([one.told for one in missed])
    yield from _of_home("its errands", f"{population}, {days} days", guess, True)
    guess = errands.guess([one.every_rest for one in missed])
    on, name = f"every rest, {population}", "home: its errands"
    yield Figure(
        "other", name, on, "median error", guess.median, "cell", _GIVEN[0], LEAST, guess.draws
    )
    yield Figure(
        "other", name, on, "within 0.1", guess.within, "share", _GIVEN[1], MOST, guess.draws
    )


def others(draws: list[Draw], lessons: list[Draw], days: int) -> Iterator[Figure]:
    """The other tags; theirs are shown against our bars, and break no run."""
    compared = [draw for draw in draws if draw.errors]
    taught = [draw for draw in lessons if draw.errors]
    for name in ERRORS:
        errors = np.array([draw.errors[name] for draw in compared])
        yield from _of_other(
            name, days, float(np.median(errors)), _within(errors), len(errors), False
        )
    for name in SEEN:
        seen, known = ([draw.seen[name] for draw in one] for one in (compared, taught))
        guess, _ = home.learned(seen, known, home.DAYS)
        yield from _of_other(name, days, guess.median, guess.within, guess.draws, True)
    for count in (2, 4):
        errors = np.array([draw.shared[count] for draw in compared])
        on = f"{count} tags in one home"
        yield Figure("-", "home: overlap", on, "median error", float(np.median(errors)), "cell")
        yield Figure("-", "home: overlap", on, "within 0.1", _within(errors), "share")


def _of_other(
    name: str, days: int, median: float, within: float, count: int, is_given: bool
) -> Iterator[Figure]:
    least, most = _GIVEN if is_given else _UNKNOWN
    on = f"{name}, {days} days"
    yield Figure("other", "home", on, "median error", median, "cell", least, LEAST, count)
    yield Figure("other", "home", on, "within 0.1", within, "share", most, MOST, count)


def _within(errors: np.ndarray) -> float:
    return float((errors <= 0.1).mean())


def silences(draws: list[Draw], population: str) -> Iterator[Figure]:
    """What the silences around a dwelling tell of it; without a bar, as the order names it."""
    compared = [draw.silences for draw in draws if draw.silences]
    for name in compared[0]:
        errors = np.array([one[name] for one in compared])
        count, median = len(errors), float(np.median(errors))
        attack, on, within = "silent dwelling", population, _within(errors)
        yield Figure("-", attack, on, f"{name}: median error", median, "cell", draws=count)
        yield Figure("-", attack, on, f"{name}: within 0.1", within, "share", draws=count)


def crossings(draws: list[Draw]) -> Iterator[Figure]:
    """R12: where a border was crossed."""
    crossed = np.array([pair for draw in draws for pair in draw.crossed]).reshape(-1, 2)
    if len(crossed):
        given, unknown = np.median(crossed, axis=0)
        count = len(crossed)
        what = "route unknown: median error"
        yield Figure(
            "R12", "crossing", "tag", what, float(unknown), "cell", _CROSSING, LEAST, count
        )
        what = "route unknown, offset given"
        yield Figure("R12", "crossing", "tag", what, float(given), "cell", draws=count)
    for trips in TRIPS:
        errors = [draw.routes[trips] for draw in draws if trips in draw.routes]
        if errors:
            what = f"route known, {trips} trips"
            value = float(np.median(errors))
            yield Figure("R12", "crossing", "tag", what, value, "cell", draws=len(errors))
    known = [draw.on_change for draw in draws if draw.on_change is not None]
    if known:
        on, what, value = "report on change", "route known, 1 trips", float(np.median(known))
        yield Figure("R12", "crossing", on, what, value, "cell", draws=len(known))


def offsets(draws: list[Draw]) -> Iterator[Figure]:
    """Offset recovery by one who knows some places."""
    for days in (90, 365):
        for name in KNOWN:
            learned = [draw.learned[days, name] for draw in draws if (days, name) in draw.learned]
            if not learned:
                continue
            on, count = f"tag, {days} days", len(learned)
            area = float(np.median([one.area for one in learned]))
            error = float(np.median([one.error for one in learned]))
            yield Figure("-", "offset", on, f"{name}: area left", area, "share", draws=count)
            yield Figure("-", "offset", on, f"{name}: median error", error, "cell", draws=count)
            if "home" not in name:
                errors = np.array([one.home_error for one in learned])
                yield from _home_after(on, name, errors)


def _home_after(on: str, name: str, errors: np.ndarray) -> Iterator[Figure]:
    median, count = float(np.median(errors)), len(errors)
    yield Figure(
        "-", "home after offset", on, f"{name}: median error", median, "cell", draws=count
    )
    within = _within(errors)
    yield Figure("-", "home after offset", on, f"{name}: within 0.1", within, "share", draws=count)


def sensitive(draws: list[Draw]) -> Iterator[Figure]:
    """R14: the guess of a sensitive place, against the attacker's prior given the cell."""
    for is_given in (False, True):
        found = [guess for draw in draws if (guess := draw.guesses[is_given]) is not None]
        if not found:
            continue
        prior = float(np.mean([guess.by_prior for guess in found]))
        attack = float(np.mean([guess.by_attack for guess in found]))
        what = "offset given" if is_given else "offset unknown"
        bar = None if is_given else prior + _noise(found)
        count = len(found)
        name = "sensitive place"
        yield Figure("R14", name, "prior", f"{what}: right", prior, "share", draws=count)
        yield Figure("R14", name, "attack", f"{what}: right", attack, "share", bar, MOST, count)
        few = float(np.mean([guess.candidates < 3 for guess in found]))
        yield Figure("R14", name, "map", f"{what}: under 3 in the cell", few, "share", draws=count)


def _noise(found: list[Guessed]) -> float:
    """Return what the difference of the two shares may be by chance (95 %), from the pairs."""
    differ = np.array([int(guess.by_attack) - int(guess.by_prior) for guess in found])
    return float(_SIGMAS * differ.std() / np.sqrt(len(differ)))


def addresses(found: list[Small]) -> Iterator[Figure]:
    """R13: addresses in cells of fewer than eight; the order tool is to warn of such land."""
    for small in found:
        what = f"cell {small.cell_m} m: in cells under 8"
        yield Figure("R13", "addresses", small.land, what, small.share, "share")


def traffic(parts: list[Windows], seed: int) -> Iterator[Figure]:
    """R20: what sizes and times alone tell."""
    windows = joined(parts)
    count = len(windows.seen)
    yield Figure(
        "R20", "size and timing", "tag", "sizes", float(len(windows.sizes)), "", 1, MOST, count
    )
    for number, state in enumerate(STATES):
        truth = windows.states[:, number]
        if truth.all() or not truth.any():
            continue
        value, upper = upper_auc(windows.seen, truth, seed)
        yield Figure("R20", "size and timing", "tag", f"{state}: AUC", value, "", draws=count)
        what = f"{state}: upper 95 %"
        yield Figure("R20", "size and timing", "tag", what, upper, "", _AUC, MOST, count)


def costs(weeks: list[Week]) -> Iterator[Figure]:
    """R25: records and bytes a day, against a position a minute."""
    days = sum(week.days for week in weeks)
    sums: dict[str, float] = defaultdict(float)
    for week in weeks:
        sums["cells a day"] += week.cells / days
        sums["positions a day"] += week.positions / days
        sums["envelopes a day"] += week.envelopes / days
        sums["bytes a day"] += week.bytes_sent / days
    for what, value in sums.items():
        yield Figure("R25", "cost", "tag", what, value, "", draws=days)
    yield Figure("R25", "cost", "minute by minute", "positions a day", _MINUTES_A_DAY, "")
    total = float(_MINUTES_A_DAY * _JSON_BYTES)
    yield Figure("R25", "cost", "minute by minute", "bytes a day, unsealed", total, "")


def seizures(gains: Gains) -> Iterator[Figure]:
    """A seized tag: what its RAM adds to the cells on record and the offset."""
    count = gains.seizures
    for what, value, unit in (
        ("RAM has an anchor", gains.anchors, "share"),
        ("it lies over 200 m off", gains.elsewhere, "share"),
        ("minutes since, median of those", gains.age_s / 60, ""),
        ("cells that wait, mean", gains.held, ""),
    ):
        yield Figure("-", "seized tag", "tag", what, value, unit, draws=count)
