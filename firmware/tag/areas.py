"""How large zones are: asked where an order is taken, and in memory only then.

An area is that between edges on the sphere, true on the equal-area map, within 1 %.
"""

from tag import geometry, sphere
from wire import cbor

_WORDS_A_PIECE = 512  # of a ring, two a corner: the most that an order may have are 2,048


def area_m2(shape):
    """Return a shape's area in square metres.

    A hole counts as if it were none: nothing that a ring is called can make an area smaller.
    """
    return sum(cbor.drained(ring_areas_steps(shape)))


def ring_areas_steps(shape):
    """Return, in steps, the area of each ring in square metres; a circle has one."""
    if isinstance(shape, geometry.Circle):
        return [shape.radius_m * shape.radius_m * 355 // 113]  # Milu's fraction for pi
    areas_m2 = []
    for ring in shape.rings:
        area = yield from _ring_area_steps(ring, shape.per_udeg)
        areas_m2.append(area)
    return areas_m2


def _ring_area_steps(ring, per_udeg):
    twice = 0
    xj, yj = ring[len(ring) - 2], _sine_q24(ring[len(ring) - 1], per_udeg)
    for i in range(0, len(ring), 2):
        xi, yi = ring[i], _sine_q24(ring[i + 1], per_udeg)
        twice += (xi - xj) * (yi + yj)
        xj, yj = xi, yi
        if i % _WORDS_A_PIECE == 0:
            yield
    metres = sphere.MM_PER_DEGREE * (sphere.EARTH_MM // 1_000_000)
    return abs(twice) * metres // (2 * sphere.DEGREE_UDEG * per_udeg) >> 24


def _sine_q24(lat, per_udeg):
    lat = max(-sphere.POLE_UDEG * per_udeg, min(lat, sphere.POLE_UDEG * per_udeg))
    sine = sphere.sine_q48(abs(lat), per_udeg) >> 24
    return sine if lat > 0 else -sine
