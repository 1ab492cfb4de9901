"""Random orders, walks and mishaps for property tests, and what a tag tells on them (CPython)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hypothesis import strategies as st

import orders
from driver import Duty
from tag import gnss, policy
from wire import record

STEP_S = 5
HOUR = 3600
START_S = orders.NOT_BEFORE + 7 * HOUR
M_UDEG = 1e6 / 111_195  # of the sphere that the oracle uses


@dataclass(frozen=True)
class Place:
    """A zone as the oracle sees it: metres from the town's middle, in plain geometry."""

    kind: int
    is_circle: bool
    north_m: int
    east_m: int
    size_m: int  # radius, or half the side
    hours: tuple[int, int] | None  # of the day, from until

    def entry(self):
        """Return the zone's entry in an order."""
        make = orders.circle if self.is_circle else orders.square
        windows = None
        if self.hours:
            windows = [60 * hour for hour in self.hours]
        return make(self.kind, self.north_m, self.east_m, self.size_m, windows)

    def depth_m(self, lat_udeg, lon_udeg):
        """Return how deep a position lies inside, in metres; negative outside."""
        south, west = self.north_m * orders.NORTH, self.east_m * orders.EAST
        north = (lat_udeg - orders.LAT - south) / M_UDEG
        east = (lon_udeg - orders.LON - west) / M_UDEG
        east *= math.cos(math.radians(lat_udeg / 1e6))
        if self.is_circle:
            return self.size_m - math.hypot(north, east)
        half_n = self.size_m * orders.NORTH / M_UDEG
        half_e = self.size_m * orders.EAST / M_UDEG * math.cos(math.radians(lat_udeg / 1e6))
        return min(half_n - abs(north), half_e - abs(east))

    def speaks_at(self, utc_s):
        """Return whether it is in force."""
        if self.hours is None:
            return True
        hour = (utc_s - orders.NOT_BEFORE) / HOUR
        return self.hours[0] <= hour < self.hours[1]


@dataclass
class Told:
    """What a tag released and sealed, and what it had seen."""

    law: policy.Policy
    places: list[Place]
    fixes: dict[int, gnss.Fix] = field(default_factory=dict)
    released: list[tuple[int, int, list]] = field(default_factory=list)  # second, class, record
    batches: list = field(default_factory=list)
    boots: list[int] = field(default_factory=list)
    mishaps: list[str] = field(default_factory=list)

    def of_type(self, kind):
        """Return [(second of the release, record)] of a type."""
        return [(at_s, entry) for at_s, _, entry in self.released if entry[0] == kind]

    def slot(self, when):
        """Return the slot of a record's time."""
        return when if record.is_slot(when) else when // self.law.slot_s


@st.composite
def places(draw):
    """Draw a zone near the town's middle."""
    kind = draw(st.sampled_from((policy.EXCLUSION, policy.INCLUSION, policy.DWELLING)))
    around = st.integers(-15, 15).map(lambda hundreds: 100 * hundreds)
    hours = draw(st.sampled_from((None, None, (8, 10), (9, 24))))
    return Place(
        kind, draw(st.booleans()), draw(around), draw(around), draw(st.integers(110, 600)), hours
    )


@st.composite
def laws(draw):
    """Draw (Policy, its places)."""
    zones = draw(st.lists(places(), max_size=4))
    offsets_s = st.sampled_from((1, 2, 3, 300))
    changes = {
        "LEVEL": draw(st.sampled_from((policy.PRESENCE, policy.BREACH, policy.COARSE, 3, 3))),
        "CELL_M": draw(st.sampled_from((500, 1000, 1800))),
        "SLOT_S": draw(st.sampled_from((900, 900, 1800))),
        "REVIEW_BY": START_S + draw(offsets_s) * HOUR,
        "EXCEPTIONS": draw(st.sampled_from(([None, None], ["a", "b"], [None, "b"], ["a", None]))),
        "UPLOAD_S": 3600,
    }
    if draw(st.integers(0, 4)) == 0:
        changes["NOT_AFTER"] = START_S + 3 * HOUR + 1234
        changes["REVIEW_BY"] = min(changes["REVIEW_BY"], changes["NOT_AFTER"])
        zones = [zone for zone in zones if zone.hours is None]
        changes["RECIPIENTS"] = short_recipients()
    return orders.order([zone.entry() for zone in zones], **changes), zones


def short_recipients():
    """Return the recipients of an order of one week."""
    first_week, keys, _, wearer = orders.fields()[policy.RECIPIENTS]
    return [first_week, keys[:1], keys[:1], wearer]


MISHAPS = ("boot", "back", "ahead", "strap", "case", "locate", "poor", "wild", "broken", "doubt")


@st.composite
def walks(draw, zones):
    """Draw [(seconds, north m, east m or None, mishap or None)]: stays, some of them in zones."""
    around = st.integers(-30, 30).map(lambda hundreds: 100 * hundreds)
    legs = []
    for _ in range(draw(st.integers(2, 9))):
        seconds = draw(st.sampled_from((35, 90, 200, 620, 900, 1800, 2700, 5400)))
        mishap = draw(st.sampled_from((None, None, *MISHAPS)))
        where = draw(st.integers(0, 5))
        if where == 0:
            legs.append((seconds, None, None, mishap))
        elif where <= 3 and zones:
            zone = draw(st.sampled_from(zones))
            off_m = draw(st.integers(-zone.size_m - 60, zone.size_m + 60))
            legs.append((seconds, zone.north_m + off_m, zone.east_m, mishap))
        else:
            legs.append((seconds, draw(around), draw(around), mishap))
    return legs


def tell(law, zones, legs):
    """Return what is Told on these legs; a mishap happens in the middle of its leg."""
    told = Told(law, zones)
    driven = _Driven(told, Duty(law))
    now_s = START_S
    for seconds, north_m, east_m, mishap in legs:
        end_s, middle_s = now_s + seconds, now_s + seconds // 2
        while now_s < end_s:
            if mishap is not None and now_s >= middle_s:
                now_s = driven.mishap(mishap, now_s)
                mishap = None
            fix = None if north_m is None else orders.fix(now_s, north_m + now_s % 7, east_m)
            driven.step(now_s, fix)
            now_s += STEP_S
    return told


class _Driven:
    """A tag in the hands of a test."""

    def __init__(self, told, duty):
        self._told = told
        self._take_over(duty)
        self._locates = 0
        self._now_s = 0

    def _take_over(self, duty):
        self._duty = duty
        take = duty.take

        def noted(said):
            self._told.released += [(self._now_s, kind, list(entry)) for kind, entry in said]
            take(said)

        duty.take = noted

    def step(self, utc_s, fix):
        self._now_s = utc_s
        if fix is not None:
            self._told.fixes.setdefault(utc_s, fix)  # time that runs back tells nothing
        self._told.batches += self._duty.step(utc_s, fix)

    def mishap(self, name, utc_s):
        """Let it happen; return the tag's time after it."""
        self._now_s = utc_s
        self._told.mishaps.append(name)
        pipeline = self._duty.pipeline
        if name == "boot":
            self._told.boots.append(utc_s)
            self._take_over(self._duty.reboot())
        elif name in ("back", "ahead"):
            return utc_s + (-200 if name == "back" else 200)
        elif name in ("strap", "case"):
            cause = record.STRAP if name == "strap" else record.CASE
            self._duty.take(pipeline.tamper(utc_s, cause))
        elif name == "locate":
            self._locates += 1
            self._duty.take(pipeline.locate(utc_s, self._locates))
        elif name == "doubt":
            pipeline.doubt_time(True)
        else:
            self._duty.take(pipeline.step(utc_s, _damaged(name, utc_s)))
            return utc_s + STEP_S
        return utc_s


def _damaged(name, utc_s):
    """Return a fix that must tell nothing."""
    fix = orders.fix(utc_s, 31, 41, 60 if name == "poor" else 10)
    if name == "wild":
        fix.lat_udeg = 91_234_567
    elif name == "broken":
        fix.lon_udeg = "30 W"
    return fix
