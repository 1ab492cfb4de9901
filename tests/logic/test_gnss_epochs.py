"""tag/gnss.py, epoch.py, judge.py: what makes an epoch a fix, and what does not."""

from tag import gnss

DATE = b"130415"


def with_checksum(body):
    total = 0
    for byte in body:
        total ^= byte
    return b"$" + body + b"*%02X\r\n" % total


def rmc(clock=b"202641.000", lat=b"4404.1305", status=b"A", date=DATE, mode=b"D", speed=b"0.01"):
    body = b"GPRMC,%s,%s,%s,N,12118.8515,W,%s,201.71,%s,,,%s"
    return with_checksum(body % (clock, status, lat, speed, date, mode))


def gga(clock=b"202641.000", lat=b"4404.1305", quality=b"2", sats=b"11", hdop=b"0.83"):
    body = b"GPGGA,%s,%s,N,12118.8515,W,%s,%s,%s,1127.7,M,-19.6,M,,0000"
    return with_checksum(body % (clock, lat, quality, sats, hdop))


def read(*sentences, least_utc_s=0, claims=10):
    """Return (the fixes of these sentences, the Epochs); silence at the end."""
    epochs = gnss.Epochs(least_utc_s, claims)
    data = b"".join(sentences)
    return epochs.feed(data, len(data)) + epochs.feed(b"", 0), epochs


def fixes_of(*sentences, **how):
    return read(*sentences, **how)[0]


def test_every_sentence_of_an_epoch_adds_its_part():
    fix, *others = fixes_of(
        with_checksum(b"GNGNS,202641.000,4404.1305,N,12118.8515,W,AADN,11,0.831,1127.7,-19.6,,,V"),
        rmc(speed=b"10.0"),
        with_checksum(b"GNGLL,4404.1305,N,12118.8515,W,202641.000,A,D"),
        with_checksum(b"GNVTG,201.71,T,,M,10.000,N,18.5,K,D"),
        with_checksum(b"GNGSA,A,3,10,,,,,,,,,,,,1.5,0.8,1.3,1"),
        with_checksum(b"GPGSV,2,1,06,10,78,221,47,11,09,042,20,12,05,242,,13,04,149,00,1"),
        with_checksum(b"GAGSV,2,2,06,14,37,235,30,15,41,333,31,7"),
        with_checksum(b"GNZDA,202641.000,13,04,2015,-05,00"),
        with_checksum(b"GNGST,202641.000,2.0,,,,30.0,40.0,9.0"),
    )
    assert not others
    assert (fix.utc_s, fix.utc_ms) == (1428956801, 0)
    assert (fix.lat_udeg, fix.lon_udeg, fix.alt_mm) == (44068842, -121314192, 1127700)
    assert (fix.speed_cm_s, fix.course_cdeg) == (514, 20171)
    assert (fix.hdop_x100, fix.hdop_x10, fix.sats_used, fix.mode) == (84, 9, 11, 3)
    assert fix.signals == (4, 32, 20, 47)
    assert 50 <= fix.error_m <= 60, fix.error_m  # GST's, the root of 30 m and 40 m squared
    assert not fix.is_doubtful
    assert fix.passes(120, 11)
    assert not fix.passes(10, 11), "its HDOP would pass; the receiver's own estimate does not"


def test_any_talker_says_the_same():
    for talker in (b"GP", b"GN", b"GL", b"GA", b"GB", b"BD", b"GQ", b"QZ", b"GI", b"IN", b"XY"):
        body = b"RMC,202641.000,A,4404.1305,N,12118.8515,W,0.01,201.71,130415,,,D"
        found = fixes_of(with_checksum(talker + body))
        assert [fix.lat_udeg for fix in found] == [44068842], talker
    assert not fixes_of(with_checksum(b"PXRMC" + body[3:])), "proprietary"
    assert not fixes_of(with_checksum(b"GPRMCX" + body[3:])), "six letters"


def test_one_denial_denies_the_epoch():
    position = b"4404.1305,N,12118.8515,W"
    for denial in (
        rmc(status=b"V", mode=b"N"),
        rmc(mode=b"E"),
        rmc(mode=b"S"),
        gga(quality=b"0"),
        gga(quality=b"6"),
        gga(quality=b"8"),
        gga(sats=b"00"),
        with_checksum(b"GNGNS,202641.000," + position + b",NNNN,11,0.8,1127.7,-19.6,,,V"),
        with_checksum(b"GNGNS,202641.000," + position + b",EENN,11,0.8,1127.7,-19.6,,,V"),
        with_checksum(b"GPGLL," + position + b",202641.000,V,N"),
    ):
        for sentences in ((rmc(), gga(), denial), (denial, rmc(), gga())):
            found, epochs = read(*sentences)
            assert not found, denial
            assert epochs.judge.denied == 1, denial


def test_a_gsa_without_a_fix_denies_the_epoch_unless_another_system_has_one():
    none = with_checksum(b"GLGSA,A,1,,,,,,,,,,,,,99.9,99.9,99.9")
    some = with_checksum(b"GPGSA,A,3,10,12,,,,,,,,,,,1.5,0.8,1.3")
    assert not fixes_of(rmc(), gga(), none)
    for sentences in ((some, none), (none, some)):
        assert [fix.mode for fix in fixes_of(rmc(), gga(), *sentences)] == [3]


def test_sentences_that_disagree_give_no_fix():
    found, epochs = read(rmc(), gga(lat=b"4404.1315"))
    assert not found
    assert epochs.judge.contradicted == 1
    assert fixes_of(rmc(), gga(lat=b"4404.13049")), "another rounding is no contradiction"


def test_a_number_that_does_not_belong_refuses_the_whole_sentence():
    for bad in (
        gga(hdop=b"0.8x"),
        gga(hdop=b"-0.8"),
        gga(sats=b"1.5"),
        gga(sats=b"100"),
        gga(quality=b""),
        gga(quality=b"A"),
        gga(clock=b"2026.000"),
        gga(clock=b"20264a.000"),
        gga(clock=b"202660.000"),
        gga(lat=b"-404.1305"),
        gga(lat=b"4460.1305"),
        gga(lat=b"9000.0001"),
        rmc(speed=b"X.1"),
        rmc(speed=b"5000.0"),
        rmc(speed=b"-1.0"),
        rmc(status=b"AA"),
        rmc(status=b"0"),
        rmc(mode=b"1"),
        rmc(mode=b"DD"),
        rmc(mode=b"d"),
        with_checksum(b"GPGLL,4404.1305,N,12118.8515,W,202641.000,,A"),
        with_checksum(b"GPGLL,4404.1305,NN,12118.8515,W,202641.000,A,A"),
        with_checksum(b"GPGLL,4404.1305,N,12118.8515,W,202641.000,A,-"),
        with_checksum(b"GNGST,202641.000,2.0,,,,3.0x,4.0,9.0"),
        with_checksum(b"GNGSA,A,4,10,,,,,,,,,,,,1.5,0.8,1.3,1"),
        with_checksum(b"GPGSV,2,1,06,10,78,221,4x"),
        with_checksum(b"GPGSV,2,1,06,10,78,221,147"),
        with_checksum(b"GNZDA,202641.000,31,04,2015,00,00"),
        with_checksum(b"GNZDA,202641.000,13,04,1999,00,00"),
    ):
        found, epochs = read(bad)
        assert not found, bad
        assert epochs.refused == 1, bad


def test_a_sentence_alone_where_two_are_usual_is_doubted():
    seconds = [b"2026%02d.000" % second for second in range(10, 30)]
    both = b"".join(rmc(clock) + gga(clock) for clock in seconds[:3])
    found = fixes_of(both, gga(seconds[3]), rmc(seconds[4]), gga(seconds[4]))
    assert [fix.is_doubtful for fix in found] == [False, False, False, True, False]
    assert not found[3].passes(100, 1)
    alone = fixes_of(*(gga(clock) if at else rmc(clock) for at, clock in enumerate(seconds)))
    assert not any(fix.is_doubtful for fix in alone), "a receiver that never sends two"


def test_midnight_between_two_dates():
    found = fixes_of(
        rmc(b"235959.000", date=b"311215"),
        gga(b"235959.000"),
        gga(b"000000.000"),
        rmc(b"000001.000", date=b"010116"),
        gga(b"000001.000"),
    )
    assert [fix.utc_s for fix in found] == [1451606399, 1451606400, 1451606401]


def test_a_leap_second_costs_the_second_after_it_and_no_more():
    found = fixes_of(
        rmc(b"235959.000", date=b"311216"),
        rmc(b"235960.000", date=b"311216"),
        rmc(b"000000.000", date=b"010117"),
        rmc(b"000001.000", date=b"010117"),
    )
    assert [fix.utc_s for fix in found] == [1483228799, 1483228800, 1483228801]
    assert not fixes_of(rmc(b"105960.000")), "no leap second in the forenoon"


def test_a_week_that_has_rolled_over_is_refused():
    build_s = 1428796800  # 12 April 2015
    found, epochs = read(rmc(date=b"280805"), least_utc_s=build_s)
    assert not found
    assert epochs.judge.undated == 1
    assert fixes_of(rmc(), least_utc_s=build_s)


def test_repeated_and_stale_epochs_are_no_fixes():
    first = rmc(b"202641.000") + gga(b"202641.000")
    second = rmc(b"202642.000") + gga(b"202642.000")
    third = rmc(b"202643.000") + gga(b"202643.000")
    for sentences in (
        (first, first, second, third),
        (first, second, first, third),
        (first, second, second, first, third),
        (first, second, third, first, second),
    ):
        assert [fix.utc_s % 60 for fix in fixes_of(*sentences)] == [41, 42, 43]
    epochs = gnss.Epochs()
    found = []
    for part in (first, b"", first, b"", second, b"", first, b"", third, b""):
        found += epochs.feed(part, len(part))
    assert [fix.utc_s % 60 for fix in found] == [41, 42, 43], "with silence in between"


def test_an_old_sentence_in_an_epoch_does_not_end_it():
    found = fixes_of(
        rmc(b"202641.000"),
        gga(b"202641.000"),
        rmc(b"202642.000"),
        gga(b"202641.000", b"4404.2"),
        gga(b"202642.000"),
        rmc(b"202643.000"),
        gga(b"202643.000"),
    )
    assert [fix.utc_s % 60 for fix in found] == [41, 42, 43]
    assert not any(fix.is_doubtful for fix in found)


def test_time_that_runs_back_is_believed_after_ten_epochs():
    later = b"".join(rmc(b"2030%02d.000" % second) for second in range(3))
    earlier = [rmc(b"1926%02d.000" % second) for second in range(12)]
    found = fixes_of(later, *earlier)
    assert [fix.utc_s // 3600 % 24 for fix in found] == [20, 20, 20, 19, 19, 19]
    assert len(fixes_of(later, *earlier, claims=1)) == 15, "logs that were joined"


def test_a_date_that_leaps_is_believed_when_it_is_said_again():
    found = fixes_of(
        rmc(b"202641.000"),
        rmc(b"202642.000", date=b"130515"),
        rmc(b"202643.000"),
        rmc(b"202644.000", date=b"150615"),
        rmc(b"202645.000", date=b"150615"),
    )
    assert [fix.utc_s for fix in found] == [1428956801, 1428956803, 1434400005]


def test_a_receiver_that_holds_its_last_position_has_no_fix():
    drive = [rmc(b"2026%02d.000" % second, speed=b"20.0") for second in range(20)]
    assert len(fixes_of(*drive)) == 5, "10 m/s for 50 m on the spot"
    parked = [rmc(b"2026%02d.000" % second, speed=b"0.0") for second in range(20)]
    assert len(fixes_of(*parked)) == 20


def test_a_receiver_that_tracks_no_signal_any_more_has_no_fix():
    heard = with_checksum(b"GPGSV,1,1,02,10,78,221,47,11,09,042,20")
    deaf = with_checksum(b"GPGSV,1,1,02,10,78,221,,11,09,042,")
    found = fixes_of(rmc(b"202641.000"), heard, rmc(b"202642.000"), deaf, rmc(b"202643.000"))
    assert [fix.utc_s % 60 for fix in found] == [41, 43]
    assert len(fixes_of(rmc(), deaf)) == 1, "one that never tells C/N0 tells nothing"


def test_binary_protocols_in_between_cost_nothing():
    ubx = b"\xb5\x62\x01\x07\x5c\x00" + bytes(range(92)) + b"\x12\x34"
    rtcm = b"\xd3\x00\x13" + bytes(range(19)) + b"$*\x00"
    endless = b"\xb5\x62\x01\x07\xff\xff"
    found = fixes_of(ubx, rmc(), rtcm, endless, gga(), ubx[:50], rmc(b"202642.000"), ubx)
    assert [fix.utc_s % 60 for fix in found] == [41, 42]


def test_silence_closes_the_epoch_at_once():
    epochs = gnss.Epochs()
    data = rmc() + gga()
    assert epochs.feed(data, len(data)) == []
    assert len(epochs.feed(b"", 0)) == 1
    assert epochs.feed(b"", 0) == []
    assert epochs.feed(data, len(data)) + epochs.feed(b"", 0) == [], "the same epoch again"
