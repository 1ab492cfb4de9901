"""The limits that each zone of an order keeps (docs/FORMAT.md, section 7)."""

from array import array

from tag import areas, geometry, order_zones
from tag.order_zones import CIRCLE, DWELLING, EXCLUSION, POLYGON
from wire.fields import is_text

NUMBERS = (list, array)  # what a long array of numbers reads as (wire/cbor.py)
MIN_OTHER_RADIUS_M = 100
MOST_MINUTES = 366 * 1_440  # of the longest term that an override can grant
_MIN_OTHER_AREA_M2 = 31_000  # of a polygon: a circle of that radius, less its area's error


def is_int(value, least, most):
    """Return whether this is an int, not a bool, from `least` to `most`."""
    return type(value) is int and least <= value <= most


def checked_steps(entry, from_s, require):
    """Return, in steps, an entry's (Zone, square metres); `require(holds, rule)` got each rule."""
    require(isinstance(entry, list) and len(entry) == 5, "zone")
    kind, name, justification, shape, windows = entry
    require(is_int(kind, EXCLUSION, DWELLING), "unknown kind of zone")
    require(is_text(name), "a zone without a name")
    justified = is_text(justification) or kind != EXCLUSION and isinstance(justification, str)
    require(justified, "an exclusion zone without a justification")
    _check_shape(shape, require)
    yield
    if windows is not None:
        check_windows(windows, require)
        yield
    if kind != EXCLUSION and shape[0] == CIRCLE:
        require(shape[3] >= MIN_OTHER_RADIUS_M, "a radius under 100 m")
    try:
        zone = yield from order_zones.make_steps(entry, from_s)
    except geometry.GeometryError:
        require(False, "a ring goes round the Earth twice")
        raise ValueError  # for whoever goes on after a rule that is broken
    yield
    areas_m2 = yield from areas.ring_areas_steps(zone.shape)
    if kind != EXCLUSION:
        large = 2 * max(areas_m2) - sum(areas_m2) >= _MIN_OTHER_AREA_M2
        require(large, "an area under that of a radius of 100 m")
    return zone, sum(areas_m2)


def check_windows(windows, require):
    """Tell the rules of windows: minutes, start, end, start, end ... each after the last."""
    require(isinstance(windows, NUMBERS) and len(windows) & 1 == 0, "windows")
    last = -1
    for minute in windows:
        require(is_int(minute, last + 1, MOST_MINUTES), "windows out of order")
        last = minute


def vertices(zone):
    """Return how many corners the zone's rings have."""
    if isinstance(zone.shape, geometry.Polygon):
        return sum(len(ring) >> 1 for ring in zone.shape.rings)
    return 0


def _check_shape(shape, require):
    require(isinstance(shape, list) and len(shape) >= 2, "shape")
    require(is_int(shape[0], CIRCLE, POLYGON), "unknown shape")
    if shape[0] == CIRCLE:
        require(len(shape) == 4, "circle")
        _check_position(shape[1], shape[2], require)
        require(is_int(shape[3], 10, 50_000), "a radius under 10 m or over 50 km")
        return
    for ring in shape[1:]:
        require(isinstance(ring, NUMBERS) and len(ring) >= 6 and len(ring) & 1 == 0, "ring")
        for i in range(0, len(ring), 2):
            _check_position(ring[i + 1], ring[i], require)


def _check_position(lat_udeg, lon_udeg, require):
    require(is_int(lat_udeg, -90_000_000, 90_000_000), "latitude")
    require(is_int(lon_udeg, -180_000_000, 180_000_000), "longitude")
