"""tag/nmea.py and tag/gnss.py: bytes to sentences to fixes, one by one."""

from tag import fields, gnss, nmea

RMC = b"$GPRMC,202641.000,A,4404.1305,N,12118.8515,W,0.01,201.71,130415,,,D*7D\r\n"
GGA = b"$GPGGA,202641.000,4404.1305,N,12118.8515,W,2,11,0.83,1127.7,M,-19.6,M,0000,0000*65\r\n"


def fixes_of(data, piece=None):
    """Return the fixes of these bytes, fed whole or in pieces."""
    epochs = gnss.Epochs()
    piece = piece or len(data)
    found = []
    for start in range(0, len(data), piece):
        part = data[start : start + piece]
        found.extend(epochs.feed(part, len(part)))
    return found + epochs.feed(b"", 0)


def with_checksum(body):
    total = 0
    for byte in body:
        total ^= byte
    return b"$" + body + b"*%02X\r\n" % total


def as_tuple(fix):
    return fix.utc_s, fix.lat_udeg, fix.lon_udeg, fix.hdop_x10, fix.sats_used


def test_rmc_and_gga_of_one_second_make_one_fix():
    found = [as_tuple(fix) for fix in fixes_of(RMC + GGA)]
    assert found == [(1428956801, 44068842, -121314192, 9, 11)], found
    assert [as_tuple(fix) for fix in fixes_of(GGA + RMC)] == found


def test_what_was_not_said_is_none_also_in_a_fix_that_is_used_again():
    later = RMC[1 : RMC.index(b"*")].replace(b"202641", b"202642").replace(b"0.01,201.71", b",")
    data = RMC + GGA + with_checksum(later)
    epochs = gnss.Epochs()
    assert epochs.read(data, 0, len(data))
    fix = epochs.fix()
    assert (fix.alt_mm, fix.sats_used, fix.course_cdeg) == (1_127_700, 11, 20_171)
    assert epochs.end() and epochs.fix() is fix
    assert fix.utc_s == 1_428_956_802
    unsaid = (
        fix.alt_mm,
        fix.sats_used,
        fix.speed_cm_s,
        fix.course_cdeg,
        fix.hdop_x10,
        fix.error_m,
    )
    assert unsaid == (None,) * 6, unsaid


def test_the_way_the_bytes_are_cut_changes_nothing():
    whole = [as_tuple(fix) for fix in fixes_of(GGA + RMC + b"noise" + RMC)]
    for piece in (1, 2, 7, 64, 131):
        assert [as_tuple(fix) for fix in fixes_of(GGA + RMC + b"noise" + RMC, piece)] == whole


def test_any_flipped_bit_gives_no_fix_or_the_same():
    good = as_tuple(fixes_of(RMC + GGA)[0])
    data = RMC + GGA
    later = RMC.replace(b"202641", b"202642")
    later = with_checksum(later[1 : later.index(b"*")])
    for at in range(len(data)):
        for bit in range(8):
            damaged = bytearray(data + later)
            damaged[at] ^= 1 << bit
            found = [as_tuple(fix)[:3] for fix in fixes_of(bytes(damaged))]
            for fix in found:
                assert fix in (good[:3], (good[0] + 1, good[1], good[2])), (at, bit, fix)


def test_damage_costs_not_even_the_next_sentence():
    for noise in (b"$", b"$GPRMC,2026", b"\xb5\x62\x01\x07\x00\x24$$", bytes(range(256))):
        found = [as_tuple(fix) for fix in fixes_of(noise + RMC + GGA)]
        assert len(found) == 1, noise


def test_what_is_no_fix_stays_none():
    body = RMC[1 : RMC.index(b"*")]
    for old, new, why in (
        (b",A,", b",V,", "status V"),
        (b"4404.1305", b"9004.1305", "latitude over 90"),
        (b"4404.1305", b"4460.1305", "60 minutes"),
        (b"12118.8515", b"18118.8515", "longitude over 180"),
        (b"4404.1305", b"404.1305", "too few digits"),
        (b"4404.1305", b"", "no latitude"),
        (b",N,", b",E,", "hemisphere"),
        (b"130415", b"310415", "31 April"),
        (b"130415", b"290215", "29 February 2015"),
        (b"130415", b"001315", "month 13"),
        (b"130415", b"", "no date"),
        (b"202641", b"242641", "24 o'clock"),
        (b",D", b",E", "dead reckoning"),
        (b",D", b",N", "mode N"),
    ):
        changed = with_checksum(body.replace(old, new))
        assert changed != RMC, why
        assert not fixes_of(changed + GGA), why
    no_fix = with_checksum(GGA[1 : GGA.index(b"*")].replace(b",W,2,", b",W,0,"))
    assert not fixes_of(no_fix + RMC), "GGA quality 0"


def test_minutes_of_4_to_8_decimals_round_to_the_nearest_microdegree():
    for text, udeg in (
        (b"0000.0001", 2),
        (b"0000.00003", 1),
        (b"0000.00002", 0),
        (b"4404.13063", 44068844),
        (b"4404.130630001", 44068844),
        (b"8959.99999999", 90000000),
        (b"5104.08591234", 51068099),
    ):
        body = RMC[1 : RMC.index(b"*")].replace(b"4404.1305", text)
        found = fixes_of(with_checksum(body) + with_checksum(b"GPRMC,202642"))
        later = body.replace(b"202641", b"202642")
        found = fixes_of(with_checksum(body) + with_checksum(later))
        assert found, text
        assert found[0].lat_udeg == udeg, (text, found[0].lat_udeg)


def test_a_sentence_of_121_bytes_is_dropped_and_120_is_read():
    for length, expected in ((120, True), (121, False)):
        body = b"GPXXX," + b"1" * (length - 10)
        sentence = with_checksum(body)
        sentences = nmea.Sentences()
        assert len(sentence) - 2 == length
        assert sentences.scan(sentence, 0, len(sentence)) is expected, length


def state_of(body):
    """Return the state of a sentence that was read whole."""
    sentences = nmea.Sentences()
    sentence = with_checksum(body)
    assert sentences.scan(sentence, 0, len(sentence)), body
    return sentences.state


def test_days_match_the_calendar():
    days = 10_957  # to 2000-01-01
    for year in range(2000, 2100):
        for month in range(1, 13):
            leap = month == 2 and year % 4 == 0
            length = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1] + leap
            last = (length, days + length - 1)
            for day, expected in ((1, days), last, (length + 1, fields.BAD)):
                in_three = state_of(b"GPZDA,,%02d,%02d,%04d" % (day, month, year))
                in_one = state_of(b"GPRMC,%02d%02d%02d" % (day, month, year % 100))
                assert fields.days(in_three, 2) == expected, (year, month, day)
                assert fields.days(in_one, 1) == expected, (year, month, day)
            days += length


def test_what_is_no_date_is_none():
    for text in (b"000115", b"010015", b"011315", b"290215", b"1301150", b"-130115", b""):
        assert fields.days(state_of(b"GPRMC," + text), 1) == fields.BAD, text
    for text in (b"01,01,1999", b"01,01,2100", b"1,01,2015", b"01,01,15", b"01,,2015"):
        assert fields.days(state_of(b"GPZDA,," + text), 2) == fields.BAD, text


def test_numbers_are_scaled_and_bounded():
    for text, places, how, expected in (
        (b"12.3456", 2, 0, 1234),
        (b"12.3456", 2, fields.UP, 1235),
        (b"12.34", 2, fields.UP, 1234),
        (b"12", 3, 0, 12000),
        (b".5", 2, 0, 50),
        (b"12.", 1, 0, 120),
        (b"0012", 0, fields.WHOLE, 12),
        (b"-12.5", 3, fields.SIGNED, -12500),
        (b"", 3, fields.SIGNED, fields.NOT_SAID),
        (b"999999.99999999", 3, 0, 999999999),
        (b"9999999.9", 3, 0, None),  # over nine digits
        (b"12.0", 0, fields.WHOLE, None),
        (b"-12.5", 3, 0, None),
        (b"-", 3, fields.SIGNED, None),
        (b".", 3, 0, None),
        (b"1.2.3", 3, 0, None),
        (b"1e5", 3, 0, None),
        (b"A", 3, 0, None),
    ):
        st = state_of(b"GPXXX," + text)
        is_read = fields.numbers(st, bytes((1, 1, places, how)))
        assert is_read == (expected is not None), text
        assert expected is None or st[fields.FIRST] == expected, (text, st[fields.FIRST])


def test_a_field_that_the_sentence_lacks_is_not_the_last_sentences():
    sentences = nmea.Sentences()
    for body in (b"GPXXX,1,2,A", b"GPXXX,1"):
        sentence = with_checksum(body)
        assert sentences.scan(sentence, 0, len(sentence))
    assert fields.numbers(sentences.state, bytes((1, 2, 0, 0)))
    assert sentences.state[fields.FIRST] == fields.NOT_SAID
    assert fields.letter(sentences.state, 3) == 0
