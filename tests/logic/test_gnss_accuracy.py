"""R5: from an injected true place to the decoded record at most a metre is added, and it states
its error."""

import orders
from tag import gnss
from tag.pipeline import Pipeline
from tag.policy import EXCLUSION
from wire import batch, record

START_S = orders.NOT_BEFORE + 3_600
MOST_DM = 10
INSIDE_S = 240


class Random:
    def __init__(self, seed):
        self.state = seed

    def within(self, limit):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % (2 * limit + 1) - limit


def with_checksum(body):
    total = 0
    for byte in body:
        total ^= byte
    return b"$" + body + b"*%02X\r\n" % total


def angle(e9, digits, places, sides):
    """Return an NMEA angle of 1e-9 degrees, its minutes rounded to so many decimals."""
    units = 60 * 10**places
    parts = (abs(e9) * units + 500_000_000) // 1_000_000_000
    minutes = parts % units
    text = b"%0*d%02d.%0*d," % (
        digits,
        parts // units,
        minutes // 10**places,
        places,
        minutes % 10**places,
    )
    return text + (sides[:1] if e9 >= 0 else sides[1:])


def epoch(utc_s, lat_e9, lon_e9, places, gst_m):
    clock = b"%02d%02d%02d.00" % (utc_s // 3600 % 24, utc_s // 60 % 60, utc_s % 60)
    place = angle(lat_e9, 2, places, b"NS") + b"," + angle(lon_e9, 3, places, b"EW")
    bodies = [
        b"GNRMC," + clock + b",A," + place + b",0.0,,020326,,,A",
        b"GNGGA," + clock + b"," + place + b",1,09,1.00,35.0,M,47.0,M,,",
    ]
    if gst_m is not None:
        bodies.append(b"GNGST," + clock + b",,,,,%d.0,%d.0,9.0" % (gst_m, gst_m))
    return b"".join(with_checksum(body) for body in bodies)


def told(places, gst_m):
    """Return ({second: true (lat, lon) in 1e-9 degrees}, PRECISE records) of a stay in a zone."""
    random = Random(places * 7 + 1)
    epochs = gnss.Epochs()
    pipeline = Pipeline(orders.order([orders.circle(EXCLUSION, 0, 0, 400)]), (0, 0))
    truth, said = {}, []
    for utc_s in range(START_S, START_S + INSIDE_S):
        lat_e9 = orders.LAT * 1_000 + random.within(900_000)  # within 100 m
        lon_e9 = orders.LON * 1_000 + random.within(900_000)
        truth[utc_s] = lat_e9, lon_e9
        data = epoch(utc_s, lat_e9, lon_e9, places, gst_m)
        for fix in epochs.feed(data, len(data)):
            said += pipeline.step(fix.utc_s, fix)
    entries = [entry for kind, entry in said if kind == batch.ALERT]
    week = batch.week_of(START_S)
    read = batch.decode(batch.encode(batch.ALERT, 1, week, entries[:20])).records
    return truth, [entry for entry in read if entry[0] == record.PRECISE]


def test_a_precise_record_is_within_a_metre_of_the_truth_for_4_to_8_decimals():
    for places in (4, 5, 6, 7, 8):
        truth, records = told(places, None)
        assert len(records) >= 10, places
        for _, utc_s, _, lat_udeg, lon_udeg, error_m in records:
            lat_e9, lon_e9 = truth[utc_s]
            north_dm = abs(lat_udeg * 1_000 - lat_e9) * 111_195 // 100_000_000
            east_dm = abs(lon_udeg * 1_000 - lon_e9) * 111_195 // 100_000_000
            assert north_dm + east_dm <= MOST_DM, (places, north_dm, east_dm)
            assert error_m == 5, "HDOP 1.00"


def test_a_precise_record_states_the_receivers_own_error_where_that_is_larger():
    for gst_m, error_m in ((1, 5), (6, 10), (12, 19)):
        _, records = told(5, gst_m)
        stated = {entry[5] for entry in records}
        assert stated == {error_m}, (gst_m, stated)
