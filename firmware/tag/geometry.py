"""Circles and polygons in integer microdegrees: inside or not, and how far to the edge.

Whether a point is inside a polygon is exact, the border counts as inside. Distances are local: a
flat map around the point with the mean Earth radius (6,371,008.8 m), good to 1 % up to 50 km away
from the poles. Polygon edges are straight in longitude and latitude (RFC 7946, section 3.1.1).
"""

from array import array

_DM_PER_DEGREE = 1_111_951  # decimetres in a degree of a great circle of the mean Earth
_DEGREE_UDEG = 1_000_000
_TURN_UDEG = 360_000_000
_HALF_TURN_UDEG = 180_000_000
_Q = 15  # the cosine's fixed point

# cos of 0 to 90 degrees, times 2**15, rounded; between two degrees it is taken as straight.
_COS_Q15 = array(
    "H",
    (
        32768, 32763, 32748, 32723, 32688, 32643, 32588, 32524, 32449, 32365, 32270, 32166, 32052,
        31928, 31795, 31651, 31499, 31336, 31164, 30983, 30792, 30592, 30382, 30163, 29935, 29698,
        29452, 29197, 28932, 28660, 28378, 28088, 27789, 27482, 27166, 26842, 26510, 26170, 25822,
        25466, 25102, 24730, 24351, 23965, 23571, 23170, 22763, 22348, 21926, 21498, 21063, 20622,
        20174, 19720, 19261, 18795, 18324, 17847, 17364, 16877, 16384, 15886, 15384, 14876, 14365,
        13848, 13328, 12803, 12275, 11743, 11207, 10668, 10126, 9580, 9032, 8481, 7927, 7371, 6813,
        6252, 5690, 5126, 4560, 3993, 3425, 2856, 2286, 1715, 1144, 572, 0,
    ),
)  # fmt: skip


def cos_q15(lat_udeg):
    """Return the cosine of a latitude times 2**15, within 2."""
    degree, rest_udeg = divmod(abs(lat_udeg), _DEGREE_UDEG)
    if degree >= 90:
        return 0
    here = _COS_Q15[degree]
    return here - (here - _COS_Q15[degree + 1]) * rest_udeg // _DEGREE_UDEG


def isqrt(n):
    """Return the floor of the square root of n >= 0 (Newton's method)."""
    if n == 0:
        return 0
    bits = 0
    while n >> bits:
        bits += 2
    x = 1 << (bits >> 1)
    while True:
        y = (x + n // x) >> 1
        if y >= x:
            return x
        x = y


def wrap_udeg(lon_udeg):
    """Return a difference of longitudes as the shorter way round, in [-180, 180) degrees."""
    return (lon_udeg + _HALF_TURN_UDEG) % _TURN_UDEG - _HALF_TURN_UDEG


def offset_dm(lat_udeg, lon_udeg, to_lat_udeg, to_lon_udeg):
    """Return (east, north) in decimetres from the first position to the second."""
    north = (to_lat_udeg - lat_udeg) * _DM_PER_DEGREE // _DEGREE_UDEG
    east = wrap_udeg(to_lon_udeg - lon_udeg) * _DM_PER_DEGREE // _DEGREE_UDEG
    return east * cos_q15((lat_udeg + to_lat_udeg) // 2) >> _Q, north


def distance_dm(lat_udeg, lon_udeg, to_lat_udeg, to_lon_udeg):
    """Return the distance of two positions in decimetres."""
    east, north = offset_dm(lat_udeg, lon_udeg, to_lat_udeg, to_lon_udeg)
    return isqrt(east * east + north * north)


class Circle:
    """All positions within `radius_m` of a centre."""

    def __init__(self, lat_udeg, lon_udeg, radius_m):
        self.lat_udeg = lat_udeg
        self.lon_udeg = lon_udeg
        self.radius_m = radius_m

    def contains(self, lat_udeg, lon_udeg):
        """Return whether the position is inside; the border is."""
        return self.depth_dm(lat_udeg, lon_udeg) >= 0

    def depth_dm(self, lat_udeg, lon_udeg):
        """Return the distance to the edge in decimetres, negative outside."""
        away = distance_dm(lat_udeg, lon_udeg, self.lat_udeg, self.lon_udeg)
        return 10 * self.radius_m - away

    def area_m2(self):
        """Return the area in square metres."""
        return self.radius_m * self.radius_m * 355 // 113  # Milu's fraction for pi


class Polygon:
    """Positions inside an odd number of closed rings: an outer one, and holes.

    A ring is an array of lon, lat, lon, lat ... in microdegrees; the last vertex joins the first.
    """

    def __init__(self, rings):
        self.rings = rings

    def contains(self, lat_udeg, lon_udeg):
        """Return whether the position is inside; the border is. Exact."""
        inside = False
        for ring in self.rings:
            crossings = _ring_crossings(ring, lon_udeg, lat_udeg)
            if crossings < 0:
                return True
            if crossings & 1:
                inside = not inside
        return inside

    def depth_dm(self, lat_udeg, lon_udeg):
        """Return the distance to the nearest edge in decimetres, negative outside."""
        cos = cos_q15(lat_udeg)
        nearest = None
        for ring in self.rings:
            squared = _ring_distance_squared(ring, lon_udeg, lat_udeg, cos)
            if nearest is None or squared < nearest:
                nearest = squared
        away = isqrt(nearest)
        return away if self.contains(lat_udeg, lon_udeg) else -away

    def area_m2(self):
        """Return the outer rings' area less the holes', in square metres."""
        total = 0
        for ring in self.rings:
            area = _ring_area_m2(ring)
            total = area - total if total > area else total - area
        return abs(total)


def _ring_crossings(ring, x, y):
    """Return how many edges lie straight east of (x, y), or -1 where it lies on one of them."""
    count = 0
    xj, yj = ring[len(ring) - 2], ring[len(ring) - 1]
    for i in range(0, len(ring), 2):
        xi, yi = ring[i], ring[i + 1]
        if min(yi, yj) <= y <= max(yi, yj):
            side = (xi - xj) * (y - yj) - (yi - yj) * (x - xj)
            if side == 0 and min(xi, xj) <= x <= max(xi, xj):
                return -1
            if (yi > y) != (yj > y) and (side > 0) == (yi > yj):
                count += 1
        xj, yj = xi, yi
    return count


def _ring_distance_squared(ring, lon_udeg, lat_udeg, cos):
    """Return the squared distance in decimetres from the position to the nearest of the edges."""
    last = len(ring) - 2
    xj, yj = _local_dm(ring[last], ring[last + 1], lon_udeg, lat_udeg, cos)
    nearest = xj * xj + yj * yj
    for i in range(0, len(ring), 2):
        xi, yi = _local_dm(ring[i], ring[i + 1], lon_udeg, lat_udeg, cos)
        squared = _segment_distance_squared(xj, yj, xi, yi)
        if squared < nearest:
            nearest = squared
        xj, yj = xi, yi
    return nearest


def _local_dm(lon_udeg, lat_udeg, from_lon_udeg, from_lat_udeg, cos):
    x = wrap_udeg(lon_udeg - from_lon_udeg) * _DM_PER_DEGREE // _DEGREE_UDEG * cos >> _Q
    return x, (lat_udeg - from_lat_udeg) * _DM_PER_DEGREE // _DEGREE_UDEG


def _segment_distance_squared(ax, ay, bx, by):
    """Return the squared distance from the origin to the segment from a to b."""
    dx, dy = bx - ax, by - ay
    length_squared = dx * dx + dy * dy
    along = -(ax * dx + ay * dy)
    if along <= 0 or length_squared == 0:
        return ax * ax + ay * ay
    if along >= length_squared:
        return bx * bx + by * by
    cross = ax * by - ay * bx
    return cross * cross // length_squared


def _ring_area_m2(ring):
    lon0, lat0 = ring[0], ring[1]
    cos = cos_q15(lat0)
    twice = 0
    xj = yj = 0
    for i in range(2, len(ring), 2):
        xi, yi = _local_dm(ring[i], ring[i + 1], lon0, lat0, cos)
        twice += xj * yi - xi * yj
        xj, yj = xi, yi
    return abs(twice) // 200
