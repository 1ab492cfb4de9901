# heap: 16M
"""Seeded damage to a receiver's stream: nothing raised, no wrong position, no good sentence lost.

A few thousand cases here; RETICENT_TRIALS=100000 (`make damage`) asks for more.
"""

import os

from tag import gnss

TRIALS = int(os.getenv("RETICENT_TRIALS") or 1_400)
KNOWN = (b"RMC", b"GGA", b"GNS", b"GLL", b"VTG", b"GSA", b"GSV", b"ZDA", b"GST")
START_S = 1428956800  # 2015-04-13 20:26:40
EPOCHS = 6
TOLERANCE_UDEG = 2


class Random:
    """The same numbers on both interpreters: a 31-bit linear congruential generator."""

    def __init__(self, seed):
        self.state = (seed * 2654435761 + 12345) & 0x7FFFFFFF

    def below(self, limit):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % limit


def with_checksum(body):
    total = 0
    for byte in body:
        total ^= byte
    return b"$" + body + b"*%02X\r\n" % total


def place_of(second):
    """Return (latitude, longitude) in 1/10000 minutes: someone drives north-west at 20 m/s."""
    return 44 * 600_000 + 41305 + second * 108, 121 * 600_000 + 188515 + second * 150


def to_udeg(parts):
    return (parts * 1_000_000 + 300_000) // 600_000


def epoch_of(second, is_full):
    """Return the sentences of one epoch."""
    lat, lon = place_of(second)
    clock = b"2026%02d.000" % (40 + second)
    place = b"%02d%02d.%04d,N,%03d%02d.%04d,W" % (
        lat // 600_000,
        lat // 10_000 % 60,
        lat % 10_000,
        lon // 600_000,
        lon // 10_000 % 60,
        lon % 10_000,
    )
    bodies = [
        b"GNRMC," + clock + b",A," + place + b",38.88,315.00,130415,,,D,V",
        b"GNGGA," + clock + b"," + place + b",2,11,0.83,1127.7,M,-19.6,M,,0000",
        b"GNGSA,A,3,10,12,23,,,,,,,,,,1.55,0.83,1.30,1",
        b"GPGSV,2,1,06,10,78,221,47,11,09,042,20,12,05,242,33,13,04,149,38,1",
        b"GAGSV,2,2,06,14,37,235,30,15,41,333,31,7",
        b"GNGST," + clock + b",2.0,,,,3.0,4.0,9.0",
    ]
    if is_full:
        bodies[2:2] = [
            b"GNGNS," + clock + b"," + place + b",AADN,11,0.83,1127.7,-19.6,,,V",
            b"GNGLL," + place + b"," + clock + b",A,D",
            b"GNVTG,315.00,T,,M,38.88,N,72.0,K,D",
            b"GNZDA," + clock + b",13,04,2015,00,00",
        ]
    return [with_checksum(body) for body in bodies]


# Each kind of damage takes the damaged epochs' sentences and the generator and returns bytes.


def flip(sentences, random):
    data = bytearray(b"".join(sentences))
    for _ in range(1 + random.below(8)):
        data[random.below(len(data))] ^= 1 << random.below(8)
    return bytes(data)


def cut(sentences, random):
    data = b"".join(sentences)
    start = random.below(len(data))
    return data[:start] + data[start + 1 + random.below(200) :]


def splice(sentences, random):
    """The head of one sentence and the tail of another, as after an overrun."""
    data = b"".join(sentences)
    one, other = random.below(len(data)), random.below(len(data))
    return data[:one] + data[other:]


def wrong_baud(sentences, random):
    data = bytearray(b"".join(sentences))
    start = random.below(len(data))
    for at in range(start, min(start + 20 + random.below(300), len(data))):
        data[at] = (data[at] << 1 | random.below(2) | random.below(4) << 6) & 0xFF
    return bytes(data)


def duplicate(sentences, random):
    doubled = list(sentences)
    for _ in range(1 + random.below(6)):
        doubled.insert(random.below(len(doubled) + 1), sentences[random.below(len(sentences))])
    return b"".join(doubled)


def interleave(sentences, random):
    """Two sentences at once on one line."""
    at = random.below(len(sentences) - 1)
    one, other = sentences[at], sentences[at + 1]
    mixed = bytearray()
    while one or other:
        count = 1 + random.below(9)
        mixed += one[:count]
        one, other = other, one[count:]
    return b"".join(sentences[:at]) + bytes(mixed) + b"".join(sentences[at + 2 :])


BAD = (
    b"",
    b"0",
    b"-1",
    b"99",
    b"9999999999",
    b"1e5",
    b"nan",
    b"A",
    b"V",
    b".",
    b"-",
    b"9060.0000",
    b"18060.0000",
    b"240000.000",
    b"320115",
    b"12 3",
    b"4404.9999",
    b"12100.0001",
    b"202699.9",
    b"202600.000",
    b"130515",
    b"010100",
    b"S",
    b"E",
    b"\x7f",
)


def bad_number(sentences, random):
    """A value that does not belong, or belongs elsewhere, under a right checksum."""
    changed = list(sentences)
    at = random.below(len(changed))
    fields = changed[at][1 : changed[at].index(b"*")].split(b",")
    field = 1 + random.below(len(fields) - 1)
    if random.below(2) and fields[field]:
        value = bytearray(fields[field])
        value[random.below(len(value))] = 48 + random.below(10)
        fields[field] = bytes(value)
    else:
        fields[field] = BAD[random.below(len(BAD))]
    changed[at] = with_checksum(b",".join(fields))
    return b"".join(changed)


KINDS = (flip, cut, splice, wrong_baud, duplicate, interleave, bad_number)


def good_sentences(data):
    """Return how many checked sentences of the known types are in data: another, plain reader."""
    count = 0
    for part in data.split(b"$")[1:]:
        body, star, rest = part.partition(b"*")
        if not star or len(body) > 116 or len(rest) < 2:
            continue
        total = 0
        for byte in body:
            total ^= byte
            if not 32 <= byte <= 126:
                total = -1
                break
        digits = b"0123456789abcdefABCDEF"
        is_right = rest[0] in digits and rest[1] in digits and total == int(rest[:2], 16)
        address = body.split(b",")[0]
        is_known = len(address) == 5 and address[2:] in KNOWN
        count += is_right and is_known and body.count(b",") < 24
    return count


def run_case(seed, kind):
    """Return (fixes, the Epochs, the bytes) of one damaged stream."""
    random = Random(seed)
    epochs = [epoch_of(second, seed & 1) for second in range(EPOCHS)]
    hurt = [sentence for epoch in epochs[2:4] for sentence in epoch]
    data = b"".join(epochs[0] + epochs[1]) + kind(hurt, random) + b"".join(epochs[4] + epochs[5])
    reader = gnss.Epochs()
    fixes = []
    at = 0
    while at < len(data):
        piece = data[at : at + 1 + random.below(300)]
        fixes += reader.feed(piece, len(piece))
        at += len(piece)
    fixes += reader.feed(b"", 0)
    return fixes, reader, data


def is_right(fix):
    second = fix.utc_s - START_S
    if not 0 <= second < EPOCHS:
        return False
    lat, lon = place_of(second)
    return (
        abs(fix.lat_udeg - to_udeg(lat)) <= TOLERANCE_UDEG
        and abs(fix.lon_udeg + to_udeg(lon)) <= TOLERANCE_UDEG
    )


def test_damage_makes_no_wrong_position_and_costs_no_good_sentence():
    doubted = fixes_seen = sentences = 0
    for seed in range(TRIALS):
        kind = KINDS[seed // 2 % len(KINDS)]
        fixes, reader, data = run_case(seed, kind)
        where = (kind, seed)
        for fix in fixes:
            fixes_seen += 1
            if fix.is_doubtful:
                doubted += not is_right(fix)
            else:
                assert is_right(fix), (where, fix.utc_s, fix.lat_udeg, fix.lon_udeg)
        assert reader.sentences == good_sentences(data), where
        sentences += reader.sentences
        seconds = [fix.utc_s - START_S for fix in fixes if not fix.is_doubtful]
        assert seconds[:1] == [0] and seconds[-1:] == [5], (where, seconds)
    print(
        TRIALS,
        "cases,",
        sentences,
        "sentences,",
        fixes_seen,
        "fixes,",
        doubted,
        "wrong ones doubted",
    )
