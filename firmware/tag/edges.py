"""The nearest point of a polygon's edges, which are straight in longitude and latitude.

Two ways to it: on a flat map around the position, with the scale of longitudes that holds between
it and the point that is found; and on the sphere, where that map fails: near the poles, far away.
"""

from tag import sphere

_COS_Q = 15
_FINER = 256  # parts of a unit, in which a point of an edge is searched for
_PIECE_UDEG = 30_000_000  # of longitude: on a shorter piece the distance has one minimum
_T_Q = 20  # fixed point of the place on an edge
_FINE = 512  # a part of the distance that is not searched for


class FlatSearch:
    """The least squared distance in millimetres from a position to the edges searched so far."""

    def __init__(self, lat, lon, per_udeg):
        self.squared = 1 << 80
        self._lat, self._lon = lat, lon
        self._per_udeg = per_udeg
        self._cosine = sphere.cos_q15(lat, per_udeg)

    def search(self, ring, is_seam):
        """Search a ring's edges but those of which is_seam(ax, ay, bx, by) is true."""
        per_udeg = self._per_udeg
        last = len(ring) - 2
        xj, yj = ring[last], ring[last + 1]
        for i in range(0, len(ring), 2):
            xi, yi = ring[i], ring[i + 1]
            gap = max(min(yi, yj) - self._lat, self._lat - max(yi, yj), 0)
            # No edge is nearer than its parallels are.
            nearer = sphere.mm_of(gap, per_udeg) ** 2 < self.squared
            if nearer and not is_seam(xj, yj, xi, yi):
                ax, bx = _near(xj, xi, self._lon, per_udeg)
                self._edge(ax, yj - self._lat, bx, yi - self._lat)
            xj, yj = xi, yi

    def _edge(self, ax, ay, bx, by):
        """Search an edge, given in units east and north of the position."""
        per_udeg = self._per_udeg
        ax, ay = sphere.mm_of(ax, per_udeg), sphere.mm_of(ay, per_udeg)
        dx, dy = sphere.mm_of(bx, per_udeg) - ax, sphere.mm_of(by, per_udeg) - ay
        cosines = self._cosine * self._cosine
        x, y = ax, ay
        for _ in range(3):
            length = (dx * dx * cosines >> 2 * _COS_Q) + dy * dy
            along = -((ax * dx * cosines >> 2 * _COS_Q) + ay * dy)
            along = max(0, min(along, length))
            length = length or 1
            x, y = ax + dx * along // length, ay + dy * along // length
            lat = self._lat + y * sphere.DEGREE_UDEG * per_udeg // sphere.MM_PER_DEGREE
            # The haversine's own scale of longitudes between two latitudes.
            cosines = self._cosine * sphere.cos_q15(lat, per_udeg)
        squared = (x * x * cosines >> 2 * _COS_Q) + y * y
        if squared < self.squared:
            self.squared = squared


class SphereSearch:
    """The least distance in millimetres on the sphere from a position to the edges searched."""

    def __init__(self, lat, lon, per_udeg):
        self.least_mm = 1 << 40
        self._per_udeg = per_udeg * _FINER
        self._lat, self._lon = lat * _FINER, lon * _FINER

    def search(self, ring, is_seam):
        """Search a ring's edges: first its vertices, then what may be nearer between two."""
        pole = sphere.POLE_UDEG * self._per_udeg
        away_mm = []
        for i in range(0, len(ring), 2):
            lat = ring[i + 1] * _FINER
            away_mm.append(self._away_mm(lat, ring[i] * _FINER - self._lon))
            if abs(lat) < pole:  # a pole may be a seam's end
                self.least_mm = min(self.least_mm, away_mm[-1])
        j = len(away_mm) - 1
        for i in range(len(away_mm)):
            if is_seam(ring[2 * j], ring[2 * j + 1], ring[2 * i], ring[2 * i + 1]):
                j = i
                continue
            xj, yj = ring[2 * j] * _FINER, ring[2 * j + 1] * _FINER
            xi, yi = ring[2 * i] * _FINER, ring[2 * i + 1] * _FINER
            most_mm = sphere.mm_of(abs(xi - xj) + abs(yi - yj), self._per_udeg)
            if most_mm * _FINE > away_mm[i] and away_mm[i] - most_mm < self.least_mm:
                ax, bx = _near(xj, xi, self._lon, self._per_udeg)
                self._edge(ax, yj, bx, yi)
            j = i

    def _edge(self, ax, ay, bx, by):
        """Search an edge, given by longitudes from the position's and by latitudes."""
        pieces = abs(bx - ax) // (_PIECE_UDEG * self._per_udeg) + 1
        for piece in range(pieces):
            self._piece(ax, ay, bx, by, piece << _T_Q, pieces << _T_Q)

    def _piece(self, ax, ay, bx, by, low, whole):
        """Narrow a piece of an edge down to its nearest point, by thirds."""
        high = low + (1 << _T_Q)
        step_mm = sphere.mm_of(abs(bx - ax) + abs(by - ay), self._per_udeg)
        while high > low and step_mm * (high - low) // whole * _FINE > self.least_mm:
            left = low + (high - low) // 3
            right = high - (high - low) // 3
            left_mm = self._away_mm(ay + (by - ay) * left // whole, ax + (bx - ax) * left // whole)
            right_mm = self._away_mm(
                ay + (by - ay) * right // whole, ax + (bx - ax) * right // whole
            )
            self.least_mm = min(self.least_mm, left_mm, right_mm)
            if left_mm < right_mm:
                high = right - 1
            else:
                low = left + 1

    def _away_mm(self, lat, east):
        return sphere.arc_mm(sphere.haversine_q96(self._lat, 0, lat, east, self._per_udeg))


def _near(xj, xi, lon, per_udeg):
    """Return an edge's two longitudes from `lon`, of all whole turns those that are nearest."""
    middle = (xj + xi >> 1) - lon
    shift = sphere.wrap(middle, per_udeg) - middle
    return xj - lon + shift, xi - lon + shift
