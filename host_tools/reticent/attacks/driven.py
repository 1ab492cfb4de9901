"""Wearers through the tag's own pipeline: for what needs zones, alerts, and the rule itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks.towns import Floats, Ints
from reticent.attacks.wearers import DAY_S, FIRST_ERRAND, HOME, Wearer
from reticent.orders.fault import OrderFault
from reticent.orders.zones import Zone
from reticent.sim.noise import ReceiverNoise
from reticent.sim.told import FixAt, Told, told
from reticent.tagcode import batch, gnss, policy

START_S = 1_772_409_600  # 2026-03-02, a Monday
SORTS = 3  # of wearers with zones, see zoned()
_ZONE_M, _DWELLING_M = 250, 150
_BESIDE_M = 450.0  # from home to the middle of the zone that is lived beside
_HDOP_X10, _SATELLITES = 10, 9


@dataclass(frozen=True)
class Rules:
    """What of an order the attacks go by."""

    cell_m: int = 1_000
    upload_s: int = 3_600
    warn_m: int = 150
    gate: tuple[int, int] = (25, 5)
    zones: tuple[Zone, ...] = ()


def policy_of(
    rules: Rules, days: int, zones: list[list[object]] | None = None, start_s: int = START_S
) -> policy.Policy:
    """Return an order of so many days from start_s on, of level coarse; its own zones, or these.

    Nothing is sealed under it, so its keys are none. Its limit on days is not asked for.
    """
    end_s = start_s + (days + 1) * DAY_S
    weeks = batch.week_of(end_s) - batch.week_of(start_s) + 1
    keys = [bytes(32)] * weeks
    if zones is None:
        zones = _in_force(rules.zones, start_s, end_s)
    return policy.Policy(
        {
            policy.FORMAT: 1,
            policy.REFERENCE: "attack",
            policy.TAG: bytes(8),
            policy.VERSION: 1,
            policy.NOT_BEFORE: start_s,
            policy.NOT_AFTER: end_s,
            policy.REVIEW_BY: end_s,
            policy.LEVEL: policy.COARSE,
            policy.CELL_M: rules.cell_m,
            policy.SLOT_S: 900,
            policy.UPLOAD_S: rules.upload_s,
            policy.RETENTION_DAYS: 60,
            policy.GATE: list(rules.gate),
            policy.WARN_M: rules.warn_m,
            policy.ZONES: zones,
            policy.RECIPIENTS: [batch.week_of(start_s), keys, keys, bytes(32)],
            policy.STATEMENT: {},
            policy.QUIET: None,
            policy.EXCEPTIONS: [None, None],
            policy.OVERRIDES: [],
            policy.REVIEW: None,
            policy.REVOKED: None,
        }
    )


def _in_force(zones: tuple[Zone, ...], start_s: int, end_s: int) -> list[list[object]]:
    """Return the entries of the zones with hours in these days: a term that the order did not mean
    may have none of a zone's."""
    found: list[list[object]] = []
    for zone in zones:
        try:
            found.append(zone.fields(start_s, end_s))
        except OrderFault:
            continue
    return found


def day_of_fixes(wearer: Wearer, day: int, seed: int) -> Ints:
    """Return a fix (latitude, longitude) a second of one day, with REQUIREMENTS R6's noise."""
    way = wearer.at(np.arange(day * DAY_S, (day + 1) * DAY_S, dtype=float))
    noise = ReceiverNoise(seed * 1_000 + day)
    errors = np.array([noise.next(1.0) for _ in range(DAY_S)])
    return wearer.town.udeg(way + errors)


def fixes_of(wearer: Wearer, seed: int) -> FixAt:
    """Return what told() asks: the wearer's Fix of a second, days made as they come."""
    days: dict[int, Ints] = {}

    def fix_at(utc_s: int) -> gnss.Fix:
        day, second = divmod(utc_s - START_S, DAY_S)
        if day not in days:
            days.clear()
            days[day] = day_of_fixes(wearer, day, seed)
        lat, lon = days[day][second]
        return gnss.Fix(utc_s, int(lat), int(lon), _HDOP_X10, _SATELLITES)

    return fix_at


def drive(
    wearer: Wearer, order: policy.Policy, offset: tuple[int, int], days: int, seed: int
) -> list[Told]:
    """Return all that the pipeline tells over so many days."""
    end_s = START_S + days * DAY_S
    return list(told(order, offset, fixes_of(wearer, seed), START_S, end_s))


def zoned(wearer: Wearer, sort: int) -> Floats:
    """Return the middles (east, north) of a wearer's two exclusion zones, by sort.

    0: two errand places that are seldom visited, 1: the two visited most, 2: a street 200 m from
    home, where the wearer lives beside the zone and walks into it, and the most visited errand.
    """
    rare, often = FIRST_ERRAND + 3, FIRST_ERRAND
    if sort == 0:
        return wearer.places[[rare, rare + 2]]
    if sort == 1:
        return wearer.places[[often, often + 1]]
    beside = wearer.places[HOME] + [_BESIDE_M, 0.0]
    return np.stack([beside, wearer.places[often]])


def zones_for(wearer: Wearer, sort: int) -> list[list[object]]:
    """Return zone entries: the exclusion zones of this sort, and the home, unless one is near."""
    places = [(policy.EXCLUSION, place, _ZONE_M) for place in zoned(wearer, sort)]
    if sort != SORTS - 1:
        places.append((policy.DWELLING, wearer.places[HOME], _DWELLING_M))
    made: list[list[object]] = []
    for kind, place, radius_m in places:
        lat, lon = wearer.town.udeg(place)
        shape = [policy.CIRCLE, int(lat), int(lon), radius_m]
        made.append([kind, "a zone", "a reason", shape, None])
    return made
