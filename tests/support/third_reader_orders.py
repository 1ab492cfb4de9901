"""The third reader's other half: docs/FORMAT.md, sections 7 and 8. See third_reader.py."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, radians, sin

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from third_reader import is_array, is_bytes, is_int, item, need

NAMES = (
    "FORMAT", "REFERENCE", "TAG", "VERSION", "NOT_BEFORE", "NOT_AFTER", "REVIEW_BY", "LEVEL",
    "CELL_M", "SLOT_S", "UPLOAD_S", "RETENTION_DAYS", "GATE", "WARN_M", "ZONES", "RECIPIENTS",
    "STATEMENT", "QUIET", "EXCEPTIONS", "OVERRIDES", "REVIEW", "REVOKED",
)  # fmt: skip
DAY_S = 86_400
LIMITS = {1: (92, 366), 2: (10, 50), 3: (25, 8_000), 4: (5, 50)}


def is_text(value) -> bool:
    return type(value) is str and any(letter not in " \t\n\v\f\r" for letter in value)


def read_order(data: bytes) -> dict:
    """Return an order's fields by name; Refused names the field that breaks a rule."""
    fields = item(data)
    need(type(fields) is dict and set(fields) == set(range(1, 23)), "the fields")
    order = {name: fields[key] for key, name in enumerate(NAMES, 1)}
    check_overrides(order["OVERRIDES"])
    granted = {limit: usual for limit, (usual, _) in LIMITS.items()}
    granted.update({limit: value for limit, value, _ in order["OVERRIDES"]})
    check_plain(order)
    check_term(order, granted)
    check_zones(order, granted)
    check_recipients(order)
    check_words(order)
    return order


def read_locate_order(data: bytes) -> dict:
    """Section 10: return the map; Refused names the field that breaks a rule."""
    fields = item(data)
    need(type(fields) is dict and set(fields) == set(range(1, 10)), "the fields")
    need(is_int(fields[1], 2, 2), "FORMAT")
    need(is_bytes(fields[2], 8), "TAG")
    for key, name, most in (
        (3, "VERSION", 2**31 - 1), (4, "NUMBER", 2**31 - 1),
        (5, "ISSUED", 2**40 - 1), (6, "EXPIRES", 2**40 - 1),
    ):  # fmt: skip
        need(is_int(fields[key], 1, most), name)
    need(0 < fields[6] - fields[5] <= DAY_S, "EXPIRES")
    for key, name in ((7, "PERSON"), (8, "REASON"), (9, "CASE")):
        need(is_text(fields[key]), name)
    return fields


def check_plain(order: dict) -> None:
    ranges = {
        "FORMAT": (1, 1), "VERSION": (1, 2**31 - 1), "LEVEL": (1, 3), "CELL_M": (500, 100_000),
        "SLOT_S": (900, DAY_S), "RETENTION_DAYS": (1, 60), "WARN_M": (0, 1_000),
    }  # fmt: skip
    for name, limits in ranges.items():
        need(is_int(order[name], *limits), name)
    need(is_text(order["REFERENCE"]), "REFERENCE")
    need(is_bytes(order["TAG"], 8), "TAG")
    need(DAY_S % order["SLOT_S"] == 0, "SLOT_S")
    upload_s = order["UPLOAD_S"]
    need(is_int(upload_s, order["SLOT_S"], DAY_S), "UPLOAD_S")
    need(upload_s % order["SLOT_S"] == 0 and DAY_S % upload_s == 0, "UPLOAD_S")
    gate = order["GATE"]
    need(is_array(gate, 2) and is_int(gate[0], 10, 200) and is_int(gate[1], 3, 20), "GATE")


def check_term(order: dict, granted: dict) -> None:
    start, end, review = (order[name] for name in ("NOT_BEFORE", "NOT_AFTER", "REVIEW_BY"))
    need(is_int(start, 1, 2**40 - 1), "NOT_BEFORE")
    need(is_int(end, 1, 2**40 - 1), "NOT_AFTER")
    need(0 < end - start <= granted[1] * DAY_S, "NOT_AFTER")
    need(is_int(review, 1, 2**40 - 1) and start < review <= end, "REVIEW_BY")


def check_overrides(overrides) -> None:
    need(type(overrides) is list, "OVERRIDES")
    last = 0
    for entry in overrides:
        need(is_array(entry, 3) and is_int(entry[0], last + 1, 4), "OVERRIDES")
        usual, most = LIMITS[entry[0]]
        need(is_int(entry[1], usual + 1, most) and is_text(entry[2]), "OVERRIDES")
        last = entry[0]


def check_windows(windows, order: dict, name: str) -> int:
    """Return how many windows there are."""
    if windows is None:
        return 0
    need(type(windows) is list and len(windows) % 2 == 0, name)
    last = -1
    for minute in windows:
        need(is_int(minute, last + 1, (order["NOT_AFTER"] - order["NOT_BEFORE"]) // 60), name)
        last = minute
    return len(windows) // 2


def check_zones(order: dict, granted: dict) -> None:
    zones = order["ZONES"]
    need(type(zones) is list, "ZONES")
    windows = check_windows(order["QUIET"], order, "QUIET")
    corners, area_m2, counts = 0, 0.0, [0, 0, 0, 0]
    for zone in zones:
        need(is_array(zone, 5), "ZONES")
        kind, name, why, shape, hours = zone
        need(is_int(kind, 1, 3) and is_text(name) and type(why) is str, "ZONES")
        need(is_text(why) or kind != 1, "ZONES")
        windows += check_windows(hours, order, "ZONES")
        areas = areas_m2(shape, kind)
        counts[kind] += 1
        area_m2 += sum(areas) if kind == 1 else 0
        corners += sum(len(ring) // 2 for ring in shape[1:]) if shape[0] == 2 else 0
        need(kind == 1 or 2 * max(areas) - sum(areas) >= 31_000, "ZONES")
    need(counts[1] <= granted[2] and counts[2] + counts[3] <= granted[4], "ZONES")
    need(area_m2 <= granted[3] * 1e6 and corners <= 1_024 and windows <= 1_024, "ZONES")


def areas_m2(shape, kind: int) -> list[float]:
    """Return the area of each ring; Refused for a shape that is none."""
    need(type(shape) is list and len(shape) >= 2 and is_int(shape[0], 1, 2), "ZONES")
    if shape[0] == 1:
        need(is_array(shape, 4) and is_int(shape[3], 10 if kind == 1 else 100, 50_000), "ZONES")
        check_position(shape[1], shape[2])
        return [shape[3] * shape[3] * 355 // 113]
    for ring in shape[1:]:
        need(type(ring) is list and len(ring) >= 6 and len(ring) % 2 == 0, "ZONES")
        for lon, lat in zip(ring[::2], ring[1::2]):
            check_position(lat, lon)
    return [ring_area_m2(ring) for ring in shape[1:]]


def check_position(lat, lon) -> None:
    need(is_int(lat, -90_000_000, 90_000_000) and is_int(lon, -180_000_000, 180_000_000), "ZONES")


def ring_area_m2(ring: list[int]) -> float:
    lats = [radians(lat / 1e6) for lat in ring[1::2]]
    lons = ring[::2]
    steps = [lon - lons[i - 1] for i, lon in enumerate(lons)]
    if any(180_000_000 < abs(step) != 360_000_000 for step in steps):
        steps = [
            step - 360_000_000 * (1 if step > 0 else -1) if abs(step) > 180_000_000 else step
            for step in steps
        ]
    places = [sum(steps[1 : i + 1]) for i in range(len(steps))]
    need(max(places) - min(places) <= 360_000_000, "ZONES")
    total = sum(step / 1e6 * (sin(lats[i]) + sin(lats[i - 1])) for i, step in enumerate(steps))
    return abs(total) * 111_195.08 * 6_371_000 / 2


def check_recipients(order: dict) -> None:
    recipients = order["RECIPIENTS"]
    need(is_array(recipients, 4), "RECIPIENTS")
    first, duty, officer, wearer = recipients
    start = (order["NOT_BEFORE"] + 259_200) // 604_800
    weeks = (order["NOT_AFTER"] - 1 + 259_200) // 604_800 - start + 1
    need(is_int(first, start, start) and is_array(duty, weeks), "RECIPIENTS")
    need(is_array(officer, weeks), "RECIPIENTS")
    need(all(can_be_sealed_to(key) for key in (*duty, *officer, wearer)), "RECIPIENTS")


def can_be_sealed_to(key) -> bool:
    """Return whether this is an X25519 key with which something but zero can be agreed on."""
    if not is_bytes(key, 32):
        return False
    try:
        return bool(X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(key)))
    except ValueError:
        return False


def check_words(order: dict) -> None:
    statement = order["STATEMENT"]
    need(type(statement) is dict and len(statement) == 5, "STATEMENT")
    for key in ("controller", "lawful_basis", "alternatives", "justification"):
        need(is_text(statement.get(key)), "STATEMENT")
    purposes = statement.get("purposes")
    need(type(purposes) is list and purposes != [], "STATEMENT")
    need(all(is_text(purpose) for purpose in purposes), "STATEMENT")
    exceptions = order["EXCEPTIONS"]
    need(is_array(exceptions, 2), "EXCEPTIONS")
    need(all(why is None or is_text(why) for why in exceptions), "EXCEPTIONS")
    review = order["REVIEW"]
    if review is not None:
        need(is_array(review, 3) and is_int(review[0], 1, order["NOT_AFTER"]), "REVIEW")
        need(is_text(review[1]) and is_text(review[2]), "REVIEW")
    if order["REVOKED"] is not None:
        need(is_text(order["REVOKED"]) and order["LEVEL"] == 1, "REVOKED")
        need(order["ZONES"] == [] and exceptions == [None, None], "REVOKED")


# Section 8.


def row_height(cell_m: int) -> int:
    return ceil(Fraction(cell_m * 1_000_000, 110_574))


def sine(angle: int) -> int:
    x = floor(Fraction(angle * 20_122_276_272, 2**20))
    q = floor(Fraction(x * x, 2**40))
    t = total = x
    for d in (6, 20, 42, 72, 110, 156):
        t = -floor(Fraction(floor(Fraction(t * q, 2**40)), d))
        total += t
    return total - 1_024


def columns(row: int, cell_m: int) -> int:
    south = row * row_height(cell_m) - 90_000_000
    edge = max(abs(south), abs(south + row_height(cell_m)))
    if edge >= 90_000_000:
        return 1
    wide = floor(Fraction(40_074_840 * sine(90_000_000 - edge), cell_m))
    return max(1, floor(Fraction(wide, 2**40)))


def cell(lat: int, lon: int, cell_m: int, a: int, b: int) -> tuple[int, int]:
    h = row_height(cell_m)
    row = floor(Fraction(lat + 90_000_000 + floor(Fraction(a * h, 2**20)), h))
    row = min(max(row, 0), ceil(Fraction(180_000_000, h)) - 1)
    n = columns(row, cell_m)
    east = (lon + 180_000_000) * n + floor(Fraction(b * 360_000_000, 2**20))
    return row, floor(Fraction(east, 360_000_000)) % n


def bounds(row: int, col: int, cell_m: int) -> list[int]:
    """Return [south, west, north, east]."""
    south = row * row_height(cell_m) - 90_000_000
    n = columns(row, cell_m)
    west = ceil(Fraction(col * 360_000_000, n)) - 180_000_000
    east = floor(Fraction((col + 1) * 360_000_000, n)) - 180_000_000
    return [south, west, min(south + row_height(cell_m), 90_000_000), east]
