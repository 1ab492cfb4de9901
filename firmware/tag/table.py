"""All shapes of an order in flat arrays, and the kernel that says which polygons hold a position.

A check allocates nothing. It is exact whatever a polygon's size: where a product leaves 32 bits it
is made of two words. 100 zones of 4 to 64 vertices: docs/ZONES.md has the measured figures.
"""

from array import array

import micropython
from micropython import const

from tag import near, sphere
from tag.geometry import Polygon

OUTSIDE = const(0)
_WORDS = const(8)
_FAR_DM = const(600_000)


class TableRing:
    """A polygon's ring as the table has it: of 1,024 corners a tag has no room for two copies."""

    def __init__(self, vertices, first, size, box):
        self._vertices = vertices
        self._first = first
        self._size = size
        self._corner = box

    def __len__(self):
        return self._size

    def __getitem__(self, at):
        return self._vertices[self._first + at] + self._corner[at & 1]


def room_of(shapes):
    """Return (shapes, boxes, numbers of their rings): what a Table of them needs."""
    boxes = sum(len(shape.boxes) for shape in shapes)
    return len(shapes), boxes, sum(len(ring) + 2 for shape in shapes for ring in _rings_of(shape))


class Table:
    """Shapes by number; `check` says for each polygon whether it holds a position, in `state`.

    `measure` says for each shape how deep a position lies in it, in `depths_dm`.
    """

    def __init__(self, shapes=(), room=None):
        """Take circles, and polygons, whose rings are the table's from then on.

        With room (room_of) for some that are to be added: before they are there, as its arrays
        find no place among them.
        """
        count, boxes, numbers = room or room_of(shapes)
        self._shapes = []
        self.state = bytearray(count)
        self.depths_dm = array("i", range(count))
        # A ring's vertices from its box's corner, the first again at the end.
        self._vertices = array("i", range(numbers))  # filled below; bytes(n) would need it twice
        # A box's eight words: number, west, south (from a pole), width, height; of a polygon's
        # ring then its first vertex and its end, of a circle then 0, 0 and its radius.
        self._rings = array("i", range(_WORDS * boxes))
        self._words = self._end = 0  # of both, what is filled
        self._seamed = []
        for shape in shapes:
            self.add(shape)

    def add(self, shape):
        """Take one more shape."""
        number = len(self._shapes)
        self._shapes.append(shape)
        if _has_seam(shape):
            self._seamed.append(number)
        rings = _rings_of(shape)
        for i, box in enumerate(shape.boxes):
            self._put(self._words, number, box)
            self._words += _WORDS
            if not rings:
                self._rings[self._words - 1] = shape.radius_m
                continue
            first, size = self._end, len(rings[i])
            self._end = self._copy(rings[i], box, first)
            self._rings[self._words - 3] = first
            self._rings[self._words - 2] = self._end
            rings[i] = TableRing(self._vertices, first, size, box)

    def _put(self, at, number, box):
        west, south, width, height = box
        words = (number, west % sphere.TURN_UDEG, south + sphere.POLE_UDEG, width, height)
        for word in words + (0, 0, 0):
            self._rings[at] = word
            at += 1

    def _copy(self, ring, box, at):
        """Copy a ring's vertices to `at`; return where they end."""
        for i in range(0, len(ring) + 2, 2):
            k = i if i < len(ring) else 0
            self._vertices[at] = ring[k] - box[0]
            self._vertices[at + 1] = ring[k + 1] - box[1]
            at += 2
        return at

    def check(self, lat_udeg, lon_udeg):
        """Set state[number] to other than OUTSIDE where the position is inside or on an edge."""
        _clear(self.state, len(self.state))
        _scan(self._rings, self._words, self._vertices, lat_udeg, lon_udeg, self.state)

    def measure(self, lat_udeg, lon_udeg):
        """Check, and set depths_dm[number] to decimetres from the edge, negative outside.

        An edge more than 400 m off counts as far as its shape's box is. Near the poles, and in a
        polygon that goes all around the Earth, geometry.py's slow way is taken, which allocates.
        """
        self.check(lat_udeg, lon_udeg)
        if abs(lat_udeg) >= sphere.FLAT_LATITUDE_UDEG:
            for number in range(len(self._shapes)):
                self._measure_slowly(number, lat_udeg, lon_udeg)
            return
        near.measure(
            self._rings,
            self._words,
            self._vertices,
            sphere.COSINES_Q15,
            lat_udeg,
            lon_udeg,
            self.state,
            self.depths_dm,
        )
        for number in self._seamed:
            self._measure_slowly(number, lat_udeg, lon_udeg)

    def _measure_slowly(self, number, lat_udeg, lon_udeg):
        depth_dm = self._shapes[number].depth_mm(lat_udeg, lon_udeg) // 100
        self.depths_dm[number] = max(-_FAR_DM, min(depth_dm, _FAR_DM))

    def contains(self, number):
        """Return whether the last check found the position inside this one, or on its edge."""
        return self.state[number] != OUTSIDE


def _rings_of(shape):
    return shape.rings if isinstance(shape, Polygon) else ()


def _has_seam(shape):
    is_polygon = isinstance(shape, Polygon)
    return is_polygon and any(box[2] == sphere.TURN_UDEG for box in shape.boxes)


@micropython.viper
def _clear(state: ptr8, count: int):
    k = 0
    while k < count:
        state[k] = 0
        k += 1


@micropython.viper
def _scan(rings: ptr32, count: int, vertices: ptr32, lat: int, lon: int, state: ptr8):
    """Flip bit 0 of a zone's byte for each ring that is around (lon, lat); set bit 1 on an edge.

    A circle has neither vertices nor a bit.

    No word of `rings` is negative: a ptr32 load zero-extends where a word has 64 bits.
    """
    lat += 90000000
    k = 0
    while k < count:
        y = lat - rings[k + 2]
        if y >= 0 and y <= rings[k + 4]:
            x = lon - rings[k + 1]
            while x < 0:
                x += 360000000
            while x >= 360000000:
                x -= 360000000
            if x <= rings[k + 3] and rings[k + 7] == 0:
                found = int(_around(vertices, rings[k + 5], rings[k + 6], x, y))
                if found == 2:
                    state[rings[k]] |= 2
                else:
                    state[rings[k]] ^= found
        k += 8


@micropython.viper
def _around(vertices: ptr32, p: int, end: int, x: int, y: int) -> int:
    """Return 1 where the ring is around (x, y), 2 where an edge holds it, else 0."""
    inside = 0
    xj = vertices[p]
    yj = vertices[p + 1]
    p += 2
    while p < end:
        xi = vertices[p]
        yi = vertices[p + 1]
        p += 2
        low = yi
        high = yj
        if yi > yj:
            low = yj
            high = yi
        if y >= low and y <= high:
            if xi > x and xj > x:  # all of the edge is east
                if y < high:
                    inside ^= 1
            elif xi >= x or xj >= x:
                # Between the edge's ends on both axes: on which side, by an exact product.
                side = 0
                if low < high:
                    side = int(_side(x - xj, yi - yj, y - yj, xi - xj))
                if side == 0:
                    return 2
                if yi < yj:
                    side = 0 - side
                if side < 0 and y < high:
                    inside ^= 1
        xj = xi
        yj = yi
    return inside


@micropython.viper
def _side(a: int, b: int, c: int, d: int) -> int:
    """Return the sign of a * b - c * d for numbers below 2**29 of either sign."""
    # Within 2**14 of zero all of them, as they mostly are: a bit above 2**15 is set in none.
    if ((a + 0x4000) | (b + 0x4000) | (c + 0x4000) | (d + 0x4000)) >> 15 == 0:
        return a * b - c * d
    left = 1
    if a < 0:
        a = 0 - a
        left = 0 - left
    if b < 0:
        b = 0 - b
        left = 0 - left
    if a == 0 or b == 0:
        left = 0
    right = 1
    if c < 0:
        c = 0 - c
        right = 0 - right
    if d < 0:
        d = 0 - d
        right = 0 - right
    if c == 0 or d == 0:
        right = 0
    if left != right or left == 0:
        return left - right
    return left * int(_compare(a, b, c, d))


@micropython.viper
def _compare(a: int, b: int, c: int, d: int) -> int:
    """Return the sign of a * b - c * d for numbers of 0 to 2**29: words of 30 bits."""
    low = (a & 0x7FFF) * (b & 0x7FFF)
    middle = (a >> 15) * (b & 0x7FFF) + (a & 0x7FFF) * (b >> 15)
    low += (middle & 0x7FFF) << 15
    high = (a >> 15) * (b >> 15) + (middle >> 15) + (low >> 30)
    low &= 0x3FFFFFFF
    other = (c & 0x7FFF) * (d & 0x7FFF)
    middle = (c >> 15) * (d & 0x7FFF) + (c & 0x7FFF) * (d >> 15)
    other += (middle & 0x7FFF) << 15
    high -= (c >> 15) * (d >> 15) + (middle >> 15) + (other >> 30)
    if high == 0:
        high = low - (other & 0x3FFFFFFF)
    if high > 0:
        return 1
    return 0 - 1 if high < 0 else 0
