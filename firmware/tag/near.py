"""How deep a position lies in each zone of a table: a kernel in 32-bit words, without any heap.

A flat map around the position, with the scale of longitudes that holds halfway to the point that
is found: within 1 % of geometry.py up to 50 km and below 80 degrees of latitude, which the caller
sees to (tests/logic/test_near.py). Lengths are in eighths of a microdegree north, 1.4 cm.

A zone whose box is over 400 m off is not measured: it is at least as far as its box, which tells
enough of when to look again.
"""

import micropython


@micropython.viper
def measure(
    rings: ptr32,
    count: int,
    vertices: ptr32,
    cosines: ptr16,
    lat: int,
    lon: int,
    state: ptr8,
    depths: ptr32,
):
    """Set depths[number] to decimetres, negative outside; `state` is what table.check found.

    `rings` are table.py's, a zone's one after the other. No word of it is negative.
    """
    cosine = int(_cosine(cosines, lat))
    lat += 90000000
    k = 0
    while k < count:
        number = rings[k]
        gap = 1000000
        first = k
        while k < count and rings[k] == number:
            y = lat - rings[k + 2]
            north = 0 - y
            if y > rings[k + 4]:
                north = y - rings[k + 4]
            x = lon - rings[k + 1]
            while x < 0:
                x += 360000000
            if x > rings[k + 3]:
                east = x - rings[k + 3]
                if 360000000 - x < east:
                    east = 360000000 - x
                if east > 1000000:
                    east = 1000000
                # Nowhere is a meridian nearer than so many degrees of the position's parallel.
                east = (east >> 5) * cosine >> 10
                if east > north:
                    north = east
            if north < gap:
                gap = north
            k += 8
        if gap > 3714:
            depths[number] = 0 - gap * 14 // 13  # 1.112 dm a microdegree, less 3 % for the sphere
        elif rings[first + 7]:
            away = int(_to_centre(rings, first, cosines, lat, lon))
            depths[number] = rings[first + 7] * 10 - away
        else:
            away = int(_to_rings(rings, first, k, vertices, cosines, lat, lon))
            depths[number] = away if state[number] else 0 - away


@micropython.viper
def _to_centre(rings: ptr32, k: int, cosines: ptr16, lat: int, lon: int) -> int:
    """Return the decimetres to the middle of a circle's box; `lat` counts from the south pole."""
    x = rings[k + 1] + (rings[k + 3] >> 1) - lon
    while x > 180000000:
        x -= 360000000
    while x < 0 - 180000000:
        x += 360000000
    y = rings[k + 2] + (rings[k + 4] >> 1) - lat
    return int(_length(cosines, lat - 90000000, x << 3, y << 3)) * 139 // 1000


@micropython.viper
def _to_rings(
    rings: ptr32, k: int, end: int, vertices: ptr32, cosines: ptr16, lat: int, lon: int
) -> int:
    """Return the decimetres to the nearest edge of a polygon's rings, 1 at the least."""
    best = 0x420000  # 60 km
    while k < end:
        x = lon - rings[k + 1]
        while x < 0:
            x += 360000000
        y = lat - rings[k + 2]
        best = int(_nearest(vertices, rings[k + 5], rings[k + 6], cosines, x, y, lat, best))
        k += 8
    away = best * 139 // 1000
    return away if away else 1


@micropython.viper
def _nearest(
    vertices: ptr32, p: int, end: int, cosines: ptr16, x: int, y: int, lat: int, best: int
) -> int:
    """Return the length to the nearest of a ring's edges, or `best` where none is nearer.

    (x, y) is the position from the corner of the ring's box; `lat` counts from the south pole.
    """
    lat -= 90000000
    cosine = int(_cosine(cosines, lat))
    ax = vertices[p] - x
    ay = vertices[p + 1] - y
    p += 2
    while p < end:
        bx = vertices[p] - x
        by = vertices[p + 1] - y
        p += 2
        north = 0
        if ay > 0 and by > 0:
            north = by if by < ay else ay
        elif ay < 0 and by < 0:
            north = 0 - (by if by > ay else ay)
        if north << 3 < best:
            # Of an edge's whole turns the nearest.
            shift = 0
            while (ax + bx >> 1) + shift > 180000000:
                shift -= 360000000
            while (ax + bx >> 1) + shift < 0 - 180000000:
                shift += 360000000
            west = ax + shift
            east = bx + shift
            side = 0
            if west > 0 and east > 0:
                side = east if east < west else west
            elif west < 0 and east < 0:
                side = 0 - (east if east > west else west)
            # A sixteenth less: the scale is another one nearer to a pole.
            if side < 3200000 and (side >> 6) * (cosine - (cosine >> 4)) >> 6 < best:
                length = int(_to_edge(cosines, lat, west, ay, east, by))
                if length < best:
                    best = length
        ax = bx
        ay = by
    return best


@micropython.viper
def _to_edge(cosines: ptr16, lat: int, ax: int, ay: int, bx: int, by: int) -> int:
    """Return the length to the nearest point of an edge, in microdegrees from the position."""
    ax <<= 3
    ay <<= 3
    bx <<= 3
    by <<= 3
    # The edge's direction, short; twice scaled to the east, as a point's product with it needs.
    dx = bx - ax
    dy = by - ay
    while dx > 0x1FFF or dy > 0x1FFF or dx < 0 - 0x1FFF or dy < 0 - 0x1FFF:
        dx >>= 1
        dy >>= 1
    cosine = int(_cosine(cosines, lat))
    dx = (dx * cosine >> 15) * cosine >> 15
    # Halve it: the nearest point lies where the product turns from negative to positive.
    while bx - ax > 8 or ax - bx > 8 or by - ay > 8 or ay - by > 8:
        x = mx = (ax >> 1) + (bx >> 1)
        y = my = (ay >> 1) + (by >> 1)
        while x > 0xFFFF or y > 0xFFFF or x < 0 - 0xFFFF or y < 0 - 0xFFFF:
            x >>= 1
            y >>= 1
        if x * dx + y * dy < 0:
            ax = mx
            ay = my
        else:
            bx = mx
            by = my
    return int(_length(cosines, lat, (ax >> 1) + (bx >> 1), (ay >> 1) + (by >> 1)))


@micropython.viper
def _length(cosines: ptr16, lat: int, x: int, y: int) -> int:
    """Return the length of (x, y) from this latitude, scaled as halfway: its longer leg's bits."""
    if x < 0:
        x = 0 - x
    if x > 0x4000000 or y > 0x4000000 or y < 0 - 0x4000000:
        return 0x4000000
    cosine = int(_cosine(cosines, lat + (y >> 4)))
    x = ((x >> 10) * cosine >> 5) + ((x & 1023) * cosine >> 15)
    if y < 0:
        y = 0 - y
    shift = 0
    while x > 0x7FFF or y > 0x7FFF:
        x >>= 1
        y >>= 1
        shift += 1
    rest = x * x + y * y
    root = 0
    bit = 0x10000000
    bit <<= 2
    while bit:
        if rest >= root + bit:
            rest -= root + bit
            root = (root >> 1) + bit
        else:
            root >>= 1
        bit >>= 2
    return root << shift


@micropython.viper
def _cosine(cosines: ptr16, lat: int) -> int:
    """Return the cosine of a latitude times 2**15: sphere.cos_q15, below 90 degrees."""
    if lat < 0:
        lat = 0 - lat
    degree = lat // 1000000
    here = cosines[degree]
    return here - (here - cosines[degree + 1]) * (lat - degree * 1000000) // 1000000
