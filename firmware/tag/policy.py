"""The signed order on the tag: decode, check against the limits, phases of its life.

The format is docs/FORMAT.md, section 7; the limits are DESIGN.md's sections 3 and 4. The order
tool encodes with this module, so that both sides have one definition. The signature is checked by
a `verify` that is handed in.
"""

from array import array

from tag import geometry
from tag.hours import Hours
from wire import batch, cbor, cose
from wire.envelope import kid_of

PRESENCE, BREACH, COARSE = 1, 2, 3  # the ladder's levels
EXCLUSION, INCLUSION, DWELLING = 1, 2, 3  # kinds of zones
CIRCLE, POLYGON = 1, 2

BEFORE, ACTIVE, OVER = 0, 1, 2  # phases

MAX_BYTES = 16_384
MAX_TERM_S = 92 * 86_400
MIN_CELL_M = 500
MIN_SLOT_S = 900
MAX_VERTICES = 1_024
MAX_WINDOWS = 1_024
MAX_EXCLUSION_ZONES = 10
MAX_EXCLUSION_AREA_M2 = 25_000_000
MAX_OTHER_ZONES = 5
MIN_OTHER_RADIUS_M = 100
_MIN_OTHER_AREA_M2 = 31_000  # of a polygon: a circle of that radius, less its area's error

# The map's keys.
FORMAT, REFERENCE, TAG, VERSION, NOT_BEFORE, NOT_AFTER, REVIEW_BY = 1, 2, 3, 4, 5, 6, 7
LEVEL, CELL_M, SLOT_S, UPLOAD_S, RETENTION_DAYS, GATE, WARN_M = 8, 9, 10, 11, 12, 13, 14
ZONES, RECIPIENTS, STATEMENT, QUIET = 15, 16, 17, 18

_FORMAT = 1
_KEY_SIZE = 32


class PolicyError(Exception):
    """An order that the tag must not act on; the text says which rule, and holds no coordinate."""


class Zone:
    """One zone: kind, shape, windows (Hours, or None for always)."""

    def __init__(self, kind, shape, windows):
        self.kind = kind
        self.shape = shape
        self.windows = windows

    def speaks_at(self, utc_s):
        """Return whether the zone is in force at this second."""
        return self.windows is None or self.windows.hold(utc_s)

    def next_start_s(self, utc_s):
        """Return when the zone is next in force after this second, or None."""
        return None if self.windows is None else self.windows.next_start_s(utc_s)


class Policy:
    """An order that was decoded and keeps every limit."""

    def __init__(self, fields):
        self.reference = fields[REFERENCE]
        self.tag = fields[TAG]
        self.version = fields[VERSION]
        self.not_before = fields[NOT_BEFORE]
        self.not_after = fields[NOT_AFTER]
        self.review_by = fields[REVIEW_BY]
        self.level = fields[LEVEL]
        self.cell_m = fields[CELL_M]
        self.slot_s = fields[SLOT_S]
        self.upload_s = fields[UPLOAD_S]
        self.hdop_x10_most, self.sats_least = fields[GATE]
        self.warn_m = fields[WARN_M]
        self.quiet = _hours(fields[QUIET], self.not_before)  # None: by the sun (warning.py)
        self.zones = [_zone(entry, self.not_before) for entry in fields[ZONES]]
        self.first_week, self._duty, self._officer, self._wearer = fields[RECIPIENTS]
        # The two exceptions of DESIGN.md section 3: a position with a strap or case event, and
        # locate orders. False: this order has no justification for them, so there are none.
        self.on_tamper = False
        self.locate = False

    def level_at(self, utc_s):
        """Return the level in force: one lower from a missed review on, never higher (R22)."""
        return self.level if utc_s < self.review_by else max(self.level - 1, PRESENCE)

    def phase(self, utc_s):
        """Return BEFORE, ACTIVE or OVER."""
        if utc_s < self.not_before:
            return BEFORE
        return ACTIVE if utc_s < self.not_after else OVER

    def recipients(self, kind, week):
        """Return the public keys of a batch of this class and week: [agency's, wearer's].

        None where the order has no key for that week: nothing may be sealed for it.
        """
        keys = self._duty if kind == batch.ALERT else self._officer
        index = week - self.first_week
        if not 0 <= index < len(keys):
            return None
        return [keys[index], self._wearer]


def read(signed, issuer_key, verify):
    """Verify and decode a signed policy; a generator, as `verify` is, that returns the Policy.

    `verify(public_key, signature, message)` is a generator that returns a bool. Raises FormatError
    or PolicyError; the policy in force stays as it is then.
    """
    if len(signed) > MAX_BYTES:
        raise PolicyError("too long")
    kid, payload, signature = cose.parse(signed)
    if kid != kid_of(issuer_key):
        raise PolicyError("another issuer")
    genuine = yield from verify(issuer_key, signature, cose.to_be_signed(kid, payload))
    if not genuine:
        raise PolicyError("wrong signature")
    return decode(payload)


def decode(payload):
    """Return the Policy of these unsigned bytes; FormatError or PolicyError for anything else."""
    fields = cbor.decode(payload)
    check(fields)
    return Policy(fields)


def check(fields):
    """Raise PolicyError where the map of fields is not a whole order within the limits."""
    check_whole(fields, _require)
    for rules in RULES:
        rules(fields, _require)


def check_whole(fields, require):
    """Check that this is a map with every field and no other, of a format known here."""
    whole = isinstance(fields, dict) and set(fields) == set(range(FORMAT, QUIET + 1))
    require(whole, "a field is missing or unknown")
    require(fields[FORMAT] == _FORMAT, "unknown policy format")


def _require(holds, rule):
    if not holds:
        raise PolicyError(rule)


def _is_int(value, least, most):
    return type(value) is int and least <= value <= most


def _check_kinds(fields, require):
    require(isinstance(fields[REFERENCE], str) and fields[REFERENCE], "no reference")
    require(isinstance(fields[TAG], bytes) and len(fields[TAG]) == cose.KID_SIZE, "tag id")
    require(_is_int(fields[VERSION], 1, (1 << 31) - 1), "version")
    require(isinstance(fields[STATEMENT], dict), "statement")
    for key in ("controller", "lawful_basis", "purposes", "alternatives", "justification"):
        require(fields[STATEMENT].get(key), "the statement lacks " + key)


def _check_term(fields, require):
    for key in (NOT_BEFORE, NOT_AFTER, REVIEW_BY):
        require(_is_int(fields[key], 1, (1 << 40) - 1), "a date is not UTC seconds")
    require(fields[NOT_BEFORE] < fields[NOT_AFTER], "it ends before it starts")
    require(fields[NOT_AFTER] - fields[NOT_BEFORE] <= MAX_TERM_S, "a term over 92 days")
    in_term = fields[NOT_BEFORE] < fields[REVIEW_BY] <= fields[NOT_AFTER]
    require(in_term, "the review is not within the term")


def _check_disclosure(fields, require):
    require(_is_int(fields[LEVEL], PRESENCE, COARSE), "unknown level")
    require(_is_int(fields[CELL_M], MIN_CELL_M, 100_000), "a cell under 500 m or over 100 km")
    require(_is_int(fields[SLOT_S], MIN_SLOT_S, 86_400), "a slot under 900 s or over a day")
    require(
        _is_int(fields[UPLOAD_S], fields[SLOT_S], 86_400), "upload_s under slot_s or over a day"
    )
    require(86_400 % fields[SLOT_S] == 0, "slot_s does not divide a day")
    require(fields[UPLOAD_S] % fields[SLOT_S] == 0, "upload_s is no multiple of slot_s")
    require(86_400 % fields[UPLOAD_S] == 0, "upload_s does not divide a day")
    require(_is_int(fields[RETENTION_DAYS], 1, 60), "retention over 60 days")
    require(_is_int(fields[WARN_M], 0, 1_000), "warn buffer")
    gate = fields[GATE]
    require(isinstance(gate, list) and len(gate) == 2, "quality gate")
    require(_is_int(gate[0], 10, 200) and _is_int(gate[1], 3, 20), "quality gate")


def _check_zones(fields, require):
    zones = fields[ZONES]
    require(isinstance(zones, list), "zones")
    vertices = area_m2 = 0
    windows = _checked_quiet(fields, require)
    counts = [0, 0, 0, 0]
    for entry in zones:
        zone = _checked_zone(entry, fields[NOT_BEFORE], require)
        if zone.windows:
            require(zone.windows.spans_s()[-1][1] <= fields[NOT_AFTER], "windows beyond the term")
        counts[zone.kind] += 1
        windows += len(zone.windows or ())
        if isinstance(zone.shape, geometry.Polygon):
            vertices += sum(len(ring) >> 1 for ring in zone.shape.rings)
        if zone.kind == EXCLUSION:
            area_m2 += zone.shape.area_m2()
    require(counts[EXCLUSION] <= MAX_EXCLUSION_ZONES, "over 10 exclusion zones")
    require(counts[INCLUSION] + counts[DWELLING] <= MAX_OTHER_ZONES, "over 5 other zones")
    require(area_m2 <= MAX_EXCLUSION_AREA_M2, "exclusion zones over 25 km2")
    require(vertices <= MAX_VERTICES, "over 1,024 vertices")
    require(windows <= MAX_WINDOWS, "over 1,024 windows")


def _checked_zone(entry, not_before, require):
    """Return the Zone of [kind, name, justification, shape, windows], or raise PolicyError."""
    require(isinstance(entry, list) and len(entry) == 5, "zone")
    kind, name, justification, shape, windows = entry
    require(_is_int(kind, EXCLUSION, DWELLING), "unknown kind of zone")
    require(isinstance(name, str) and name, "a zone without a name")
    justified = isinstance(justification, str) and justification
    require(justified or kind != EXCLUSION, "an exclusion zone without a justification")
    _check_shape(shape, require)
    if windows is not None:
        _check_windows(windows, require)
    if kind != EXCLUSION and shape[0] == CIRCLE:
        require(shape[3] >= MIN_OTHER_RADIUS_M, "a radius under 100 m")
    try:
        zone = _zone(entry, not_before)
    except geometry.GeometryError:
        raise PolicyError("a ring goes round the Earth twice")
    if kind != EXCLUSION:
        large = zone.shape.area_m2() >= _MIN_OTHER_AREA_M2
        require(large, "an area under that of a radius of 100 m")
    return zone


def _checked_quiet(fields, require):
    """Return how many quiet windows there are: they count with the zones'."""
    quiet = fields[QUIET]
    if quiet is None:
        return 0
    _check_windows(quiet, require)
    if quiet:
        term_min = (fields[NOT_AFTER] - fields[NOT_BEFORE]) // 60
        require(quiet[-1] <= term_min, "quiet hours beyond the term")
    return len(quiet) >> 1


def _check_shape(shape, require):
    require(isinstance(shape, list) and len(shape) >= 2, "shape")
    if shape[0] == CIRCLE:
        require(len(shape) == 4, "circle")
        _check_position(shape[1], shape[2], require)
        require(_is_int(shape[3], 10, 50_000), "a radius under 10 m or over 50 km")
        return
    require(shape[0] == POLYGON, "unknown shape")
    for ring in shape[1:]:
        require(isinstance(ring, list) and len(ring) >= 6 and len(ring) & 1 == 0, "ring")
        for i in range(0, len(ring), 2):
            _check_position(ring[i + 1], ring[i], require)


def _check_position(lat_udeg, lon_udeg, require):
    require(_is_int(lat_udeg, -90_000_000, 90_000_000), "latitude")
    require(_is_int(lon_udeg, -180_000_000, 180_000_000), "longitude")


def _check_windows(windows, require):
    """Windows are minutes since not_before: start, end, start, end ... each after the last."""
    require(isinstance(windows, list) and len(windows) & 1 == 0, "windows")
    last = -1
    for minute in windows:
        require(_is_int(minute, last + 1, MAX_TERM_S // 60), "windows out of order")
        last = minute


def _check_recipients(fields, require):
    recipients = fields[RECIPIENTS]
    require(isinstance(recipients, list) and len(recipients) == 4, "recipients")
    first_week, duty, officer, wearer = recipients
    require(first_week == batch.week_of(fields[NOT_BEFORE]), "the recipients' first week")
    weeks = batch.week_of(fields[NOT_AFTER] - 1) - first_week + 1
    for keys in (duty, officer):
        require(isinstance(keys, list) and len(keys) == weeks, "a gap in the recipients' weeks")
        for key in keys:
            require(isinstance(key, bytes) and len(key) == _KEY_SIZE, "a recipient's key")
    require(isinstance(wearer, bytes) and len(wearer) == _KEY_SIZE, "the wearer's key")


def _zone(entry, not_before):
    kind, _, _, shape, minutes = entry
    windows = _hours(minutes, not_before)
    if shape[0] == CIRCLE:
        return Zone(kind, geometry.Circle(shape[1], shape[2], shape[3]), windows)
    return Zone(kind, geometry.Polygon([array("i", ring) for ring in shape[1:]]), windows)


def _hours(minutes, not_before):
    return None if minutes is None else Hours(not_before, minutes)


# Each takes (fields, require) and tells `require(holds, rule)` one rule after the other: here it
# raises at the first that is broken, the audit's goes on and notes all of them.
RULES = (_check_kinds, _check_term, _check_disclosure, _check_zones, _check_recipients)
