"""Circles and polygons on the Earth in integers: inside or not, and how far to the edge.

Whether a point is inside a polygon is exact, and the border counts as inside. Edges are straight
in longitude and latitude (RFC 7946, section 3.1.1) and go the shorter way round, so a ring may
cross the antimeridian; in a ring that does not, an edge of a whole turn is a parallel. A ring that
goes once round the Earth holds the pole that its first vertex is nearer to. Distances are within
1 % of WGS 84 up to 50 km at any latitude (sphere.py).

Units are microdegrees; with `per_udeg` they are as many times finer (sphere.py).
"""

from array import array

from tag import sphere

_COS_Q = 15
_FAR_MM = 1_500_000_000  # the flat map ends here: 0.3 % of what it says is wrong


class GeometryError(Exception):
    """A ring that goes round the Earth more than once."""


def distance_dm(lat_udeg, lon_udeg, to_lat_udeg, to_lon_udeg):
    """Return the distance of two positions in decimetres."""
    return sphere.distance_mm(lat_udeg, lon_udeg, to_lat_udeg, to_lon_udeg) // 100


class Circle:
    """All positions within `radius_m` of a centre."""

    def __init__(self, lat_udeg, lon_udeg, radius_m, per_udeg=1):
        self.lat_udeg = lat_udeg
        self.lon_udeg = lon_udeg
        self.radius_m = radius_m
        self._per_udeg = per_udeg
        self.boxes = [self._box()]

    def contains(self, lat_udeg, lon_udeg):
        """Return whether the position is inside; the border is."""
        return self.depth_mm(lat_udeg, lon_udeg) >= 0

    def depth_mm(self, lat_udeg, lon_udeg):
        """Return the distance to the edge in millimetres, negative outside."""
        away_mm = sphere.distance_mm(
            lat_udeg, lon_udeg, self.lat_udeg, self.lon_udeg, self._per_udeg
        )
        return 1000 * self.radius_m - away_mm

    def depth_dm(self, lat_udeg, lon_udeg):
        """Return the distance to the edge in decimetres, negative outside."""
        return self.depth_mm(lat_udeg, lon_udeg) // 100

    def _box(self):
        """Return (west, south, width, height) of a box that holds the circle."""
        # Rounded up, and 1 % more for what the cosine's table leaves out.
        reach = -(-self.radius_m * 1_010 * sphere.DEGREE_UDEG * self._per_udeg) // (
            sphere.MM_PER_DEGREE
        )
        south, north = self.lat_udeg - reach, self.lat_udeg + reach
        cosine = sphere.cos_q15(max(abs(south), abs(north)), self._per_udeg) - 4
        half = sphere.TURN_UDEG * self._per_udeg >> 1
        if cosine > 0:
            half = min(half, (reach << _COS_Q) // cosine + 1)
        return self.lon_udeg - half, south, 2 * half, 2 * reach


class Polygon:
    """Positions inside an odd number of closed rings: outer ones and holes, of one part or more.

    A ring is an array or list of lon, lat, lon, lat ... in microdegrees; the last vertex joins the
    first.
    """

    def __init__(self, rings, per_udeg=1):
        """Take the rings; GeometryError for one that goes round the Earth more than once."""
        self.per_udeg = per_udeg
        self.rings = [_unwrapped(ring, per_udeg) for ring in rings]
        self.boxes = [_box(ring) for ring in self.rings]

    def contains(self, lat_udeg, lon_udeg):
        """Return whether the position is inside; the border is. Exact."""
        turn = sphere.TURN_UDEG * self.per_udeg
        inside = False
        for ring, (west, south, width, height) in zip(self.rings, self.boxes):
            x = (lon_udeg - west) % turn
            if x > width or not 0 <= lat_udeg - south <= height:
                continue
            crossings = _ring_crossings(ring, west + x, lat_udeg)
            if crossings < 0:
                return True
            if crossings & 1:
                inside = not inside
        return inside

    def depth_mm(self, lat_udeg, lon_udeg):
        """Return the distance to the nearest edge in millimetres, negative outside."""
        away_mm = self.away_mm(lat_udeg, lon_udeg)
        return away_mm if self.contains(lat_udeg, lon_udeg) else -away_mm

    def depth_dm(self, lat_udeg, lon_udeg):
        """Return the distance to the nearest edge in decimetres, negative outside."""
        return self.depth_mm(lat_udeg, lon_udeg) // 100

    def away_mm(self, lat, lon):
        """Return the distance to the nearest edge in millimetres."""
        # Here, for a tag measures with near.py: it needs this near a pole only, and heap always.
        from tag.edges import FlatSearch, SphereSearch

        if abs(lat) < sphere.FLAT_LATITUDE_UDEG * self.per_udeg:
            flat = FlatSearch(lat, lon, self.per_udeg)
            for ring, box in zip(self.rings, self.boxes):
                flat.search(ring, self._seam_of(box))
            if flat.squared < _FAR_MM * _FAR_MM:
                return sphere.isqrt(flat.squared)
        search = SphereSearch(lat, lon, self.per_udeg)
        for ring, box in zip(self.rings, self.boxes):
            search.search(ring, self._seam_of(box))
        return search.least_mm

    def _seam_of(self, box):
        """Return what says whether an edge of a ring with this box is none on the ground.

        So are a pole, drawn as a parallel, and where a ring all around the Earth is cut open.
        """
        west, _, width, _ = box
        pole = sphere.POLE_UDEG * self.per_udeg
        cut = (west, west + width) if width == sphere.TURN_UDEG * self.per_udeg else ()

        def is_seam(ax, ay, bx, by):
            return (ax == bx and ax in cut) or (ay == by and abs(ay) == pole)

        return is_seam


def _unwrapped(ring, per_udeg):
    """Return the ring with longitudes that go on where they cross the antimeridian.

    As it is where none does: of 1,024 corners a tag has no room for another one.
    """
    turn = sphere.TURN_UDEG * per_udeg
    last = len(ring) - 2
    if _is_plain(ring, turn):
        out = ring
    else:
        out = ring[:]
        for i in range(2, len(ring), 2):
            out[i] = out[i - 2] + _shorter(ring[i] - ring[i - 2], per_udeg)
        end = out[last] + _shorter(ring[0] - ring[last], per_udeg)
        if end != out[0]:
            pole = (1 if ring[1] > 0 else -1) * sphere.POLE_UDEG * per_udeg
            for number in (end, ring[1], end, pole, out[0], pole):
                out.append(number)
    if _box(out)[2] > turn:
        raise GeometryError
    if per_udeg != 1 or isinstance(out, array):
        return out
    return array("i", out)


def _is_plain(ring, turn):
    """Return whether no edge is longer than half a turn, other than whole ones."""
    west = ring[len(ring) - 2]
    for i in range(0, len(ring), 2):
        step = 2 * abs(ring[i] - west)
        if turn < step != 2 * turn:
            return False
        west = ring[i]
    return True


def _shorter(step, per_udeg):
    """Return a step of longitude as the shorter way round; half a turn stays as it is."""
    is_short = 2 * abs(step) <= sphere.TURN_UDEG * per_udeg
    return step if is_short else sphere.wrap(step, per_udeg)


def _box(ring):
    """Return (west, south, width, height) of the ring."""
    west = east = ring[0]
    south = north = ring[1]
    for i in range(2, len(ring), 2):
        west, east = min(west, ring[i]), max(east, ring[i])
        south, north = min(south, ring[i + 1]), max(north, ring[i + 1])
    return west, south, east - west, north - south


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
