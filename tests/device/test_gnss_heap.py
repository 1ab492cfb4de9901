# heap: 4M
"""No heap a sentence: every type, under heap_lock, on the real interpreter."""

import micropython

from cases import Skip, data_path
from tag import gnss

EPOCH = (
    b"$GNRMC,2026%02d.000,A,4404.13%02d,N,12118.8515,W,38.880,315.00,130415,,,D,V",
    b"$GNVTG,315.00,T,,M,38.880,N,72.006,K,D",
    b"$GNGGA,2026%02d.000,4404.13%02d,N,12118.8515,W,2,11,0.83,1127.7,M,-19.6,M,,0000",
    b"$GNGNS,2026%02d.000,4404.13%02d,N,12118.8515,W,AADN,11,0.83,1127.7,-19.6,,,V",
    b"$GNGLL,4404.13%02d,N,12118.8515,W,2026%02d.000,A,D",
    b"$GNGSA,A,3,10,12,23,24,25,31,,,,,,,1.55,0.83,1.30,1",
    b"$GPGSV,1,1,04,10,78,221,47,12,09,042,20,23,05,242,33,24,04,149,38,1",
    b"$GNZDA,2026%02d.000,13,04,2015,00,00",
    b"$GNGST,2026%02d.000,2.0,1.1,0.9,12.0,3.0,4.0,9.0",
    b"$GNRMC,2026%02d.000,V,,,,,,,130415,,,N,V",
    b"\xb5\x62\x01\x07$GNGGA,2026",
)


def sentences():
    """Return 30 epochs of every type, the right ones with their checksums."""
    data = b""
    for second in range(30):
        for form in EPOCH[: 11 if second % 7 == 6 else 9]:
            body = form % ((second,) * form.count(b"%02d"))
            total = 0
            for byte in body[1:]:
                total ^= byte
            data += body + (b"*%02X\r\n" % total if body[:1] == b"$" else b"")
    return data


def read_locked(epochs, data):
    """Read everything under heap_lock; return how many fixes there were."""
    count = len(data)
    found = at = 0
    micropython.heap_lock()
    try:
        while at < count:
            if epochs.read(data, at, count):
                found += 1
            at = epochs.at
        if epochs.end():
            found += 1
    finally:
        micropython.heap_unlock()
    return found


def test_every_type_of_sentence_takes_no_heap():
    tally = [0]

    def on_signals(count, total, weakest, strongest):
        tally[0] = count

    epochs = gnss.Epochs(on_signals=on_signals)
    assert read_locked(epochs, sentences()) == 26
    assert epochs.sentences == 30 * 9 + 4
    assert tally == [4]


def test_real_logs_take_no_heap():
    for log, fixes in (("quectel-l76k-nmea", 151), ("ublox-8", 72), ("quectel-L70", 16)):
        with open(data_path("nmea/gpsd/" + log + ".log"), "rb") as file:
            data = file.read()
        epochs = gnss.Epochs()
        assert read_locked(epochs, data) == fixes, log


def test_the_guard_sees_heap():
    try:
        micropython.heap_lock()
        try:
            bytes(100)
        finally:
            micropython.heap_unlock()
    except MemoryError:
        return
    raise Skip("this interpreter does not lock its heap")
