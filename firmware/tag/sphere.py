"""Distances on the Earth as a sphere of its mean radius, in integers: within 0.6 % of WGS 84.

Angles are whole units, `per_udeg` of them a microdegree: 1 on the tag; a host that checks a file
takes more, so that no decimal is lost. Distances come in millimetres.
"""

from array import array

from micropython import const

EARTH_MM = 6_371_008_800  # the mean radius
MM_PER_DEGREE = 111_195_080
DEGREE_UDEG = const(1_000_000)
TURN_UDEG = const(360_000_000)
POLE_UDEG = const(90_000_000)

# Up to this latitude, and this far apart, a flat map with the mean of two cosines is right within
# 0.1 %; elsewhere the haversine is taken.
FLAT_LATITUDE_UDEG = const(80_000_000)
FLAT_UDEG = const(4_000_000)

_Q = const(48)  # fixed point of the slow path's sines
_PI_Q48 = 884_279_719_003_555
_COS_Q = const(15)

# cos of 0 to 90 degrees, times 2**15, rounded; between two degrees it is taken as straight.
COSINES_Q15 = array(
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


def cos_q15(lat, per_udeg=1):
    """Return the cosine of a latitude times 2**15, within 3; 0 beyond a pole."""
    unit = DEGREE_UDEG * per_udeg
    degree = abs(lat) // unit
    rest = abs(lat) - degree * unit
    if degree >= 90:
        return 0
    here = COSINES_Q15[degree]
    return here - (here - COSINES_Q15[degree + 1]) * rest // unit


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


def wrap(lon, per_udeg=1):
    """Return a difference of longitudes as the shorter way round, in [-180, 180) degrees."""
    turn = TURN_UDEG * per_udeg
    return (lon + (turn >> 1)) % turn - (turn >> 1)


def mm_of(angle, per_udeg=1):
    """Return the length of an angle on a great circle."""
    return angle * MM_PER_DEGREE // (DEGREE_UDEG * per_udeg)


def distance_mm(lat, lon, to_lat, to_lon, per_udeg=1):
    """Return the distance of two positions; latitudes beyond a pole count as the pole."""
    north, east = to_lat - lat, wrap(to_lon - lon, per_udeg)
    flat = FLAT_UDEG * per_udeg
    highest = FLAT_LATITUDE_UDEG * per_udeg
    if max(abs(north), abs(east)) > flat or max(abs(lat), abs(to_lat)) > highest:
        return arc_mm(haversine_q96(lat, lon, to_lat, to_lon, per_udeg))
    x, y = mm_of(east, per_udeg), mm_of(north, per_udeg)
    cosines = cos_q15(lat, per_udeg) * cos_q15(to_lat, per_udeg)
    return isqrt((x * x * cosines >> 2 * _COS_Q) + y * y)


def haversine_q96(lat, lon, to_lat, to_lon, per_udeg):
    """Return the squared sine of half the angle between two positions, times 2**96."""
    pole = POLE_UDEG * per_udeg
    lat, to_lat = max(-pole, min(lat, pole)), max(-pole, min(to_lat, pole))
    north = sine_q48(abs(to_lat - lat), 2 * per_udeg)
    east = sine_q48(abs(wrap(to_lon - lon, per_udeg)), 2 * per_udeg)
    cosine = sine_q48(pole - abs(lat), per_udeg)
    to_cosine = sine_q48(pole - abs(to_lat), per_udeg)
    return north * north + (cosine * to_cosine >> _Q) * (east * east >> _Q)


def sine_q48(angle, per_udeg):
    """Return the sine of 0 to 90 degrees, times 2**48 (Taylor's series)."""
    x = angle * _PI_Q48 // (2 * POLE_UDEG * per_udeg)
    square = x * x >> _Q
    term = total = x
    step = 1
    while term:
        # Towards zero, or a negative term would never become 0.
        product = abs(term * square >> _Q) // ((step + 1) * (step + 2))
        term = product if term < 0 else -product
        total += term
        step += 2
    return total


def arc_mm(haversine):
    """Return the length of the arc that has this haversine (times 2**96)."""
    one = 1 << _Q
    sine = min(isqrt(haversine), one)
    halvings = 0
    while sine > one >> 4:  # halve the angle until the series is short
        sine = isqrt((one - isqrt(one * one - sine * sine)) << (_Q - 1))
        halvings += 1
    square = sine * sine >> _Q
    cube = sine * square >> _Q
    angle = sine + cube // 6 + (cube * square >> _Q) * 3 // 40
    return (2 * EARTH_MM * angle << halvings) >> _Q
