"""Which bytes a kind of receiver is asked with, set up with and put back with; no I/O.

docs/RECEIVERS.md is the table of what is set and why. Nothing is saved in the receiver: what is
set here is gone when its power is, and the next boot detects it anew.
"""

import struct

UNKNOWN, UBLOX, UBLOX_KEYS, PMTK, PAIR, CASIC = 0, 1, 2, 3, 4, 5

BAUDS = (9_600, 38_400, 115_200, 57_600, 19_200, 4_800, 230_400)
_MOST_SENTENCE = 120
TARGET_BAUD = 38_400  # one second's sentences in a quarter of it: flash is written in the gap

_UBX_MSG, _UBX_PRT, _UBX_RATE, _UBX_GNSS, _UBX_RXM = 0x01, 0x00, 0x08, 0x3E, 0x11
_UBX_CFG, _UBX_CLEAR, _UBX_VALSET = 0x06, 0x09, 0x8A

# NMEA sentences of class F0 and how often u-blox 6 to 8 send them: one in so many epochs.
_UBX_SENTENCES = (
    (0x00, 1),  # GGA
    (0x01, 0),  # GLL
    (0x02, 1),  # GSA
    (0x03, 5),  # GSV
    (0x04, 1),  # RMC
    (0x05, 0),  # VTG
    (0x07, 1),  # GST
    (0x08, 0),  # ZDA
)
# The same for receivers that are set by keys (u-blox 9 and 10), on UART 1.
_KEY_SENTENCES = (
    (0x209100BB, 1),  # GGA
    (0x209100CA, 0),  # GLL
    (0x209100C0, 1),  # GSA
    (0x209100C5, 5),  # GSV
    (0x209100AC, 1),  # RMC
    (0x209100B1, 0),  # VTG
    (0x209100D4, 1),  # GST
    (0x209100D9, 0),  # ZDA
)
_KEY_BAUD, _KEY_RATE, _KEY_POWER = 0x40520001, 0x30210001, 0x20D00001
_KEY_SYSTEMS = (0x1031001F, 0x10310021, 0x10310025)  # GPS, Galileo, GLONASS
# gnssId, least and most channels; L1 each. GPS, SBAS, Galileo, QZSS, GLONASS of a u-blox M8.
_M8_SYSTEMS = ((0, 8, 16), (1, 1, 3), (2, 4, 8), (5, 0, 3), (6, 8, 14))


def sentence(body):
    """Return the NMEA sentence of a body such as b"PMTK605"."""
    total = 0
    for byte in body:
        total ^= byte
    return b"$%s*%02X\r\n" % (body, total)


def ubx(kind, number, payload=b""):
    """Return a UBX frame: sync, class, id, length, payload, Fletcher's checksum (RFC 1145)."""
    body = bytes((kind, number)) + struct.pack("<H", len(payload)) + payload
    a = b = 0
    for byte in body:
        a = a + byte & 0xFF
        b = b + a & 0xFF
    return b"\xb5\x62" + body + bytes((a, b))


_MON_VER = b"\xb5\x62\x0a\x04"

# Each answers its own question and ignores the others'.
QUESTIONS = (ubx(0x0A, 0x04), sentence(b"PMTK605"), sentence(b"PAIR020"), sentence(b"PCAS06,0"))


def kind_of(heard):
    """Return (kind, u-blox generation or 0) of a receiver from what it answered."""
    generation = _ublox_generation(heard)
    if generation:
        return (UBLOX_KEYS if generation >= 9 else UBLOX), generation
    if _has_sentence(heard, b"$PMTK705,") or _has_sentence(heard, b"$PMTK001,605,"):
        return PMTK, 0
    if _has_sentence(heard, b"$PAIR020,") or _has_sentence(heard, b"$PAIR001,020,"):
        return PAIR, 0
    for text in (b"$GPTXT,01,01,02,SW=URANUS", b"$GPTXT,01,01,02,MA=CASIC"):
        if _has_sentence(heard, text):
            return CASIC, 0
    if _has_sentence(heard, b"$GPTXT,01,01,01,ANTENNA "):
        return CASIC, 0  # what it says every second; older firmware has no PCAS06
    return UNKNOWN, 0


def _has_sentence(heard, start):
    """Return whether a sentence with this start and a right checksum was heard."""
    at = heard.find(start)
    while at >= 0:
        star = heard.find(b"*", at, at + _MOST_SENTENCE)
        if star >= 0:
            body = bytes(heard[at + 1 : star])
            if bytes(heard[at : star + 3]) == sentence(body)[:-2]:
                return True
        at = heard.find(start, at + 1)
    return False


def _ublox_generation(heard):
    """Return 6 to 10 from the hardware version in UBX-MON-VER, or 0 without a whole answer."""
    at = heard.find(_MON_VER)
    while 0 <= at <= len(heard) - 6:
        length = struct.unpack_from("<H", heard, at + 4)[0]
        frame = bytes(heard[at : at + 8 + length])
        if 40 <= length <= len(frame) - 8 and frame == ubx(0x0A, 0x04, frame[6:-2]):
            return _generation(frame[36:46])
        at = heard.find(_MON_VER, at + 1)
    return 0


def _generation(field):
    """Return the generation of a hardware version; unknown ones count as 6, which all obey."""
    hardware = field.split(b"\x00")[0]
    known = {b"00040005": 5, b"00040007": 6, b"00070000": 7, b"00080000": 8, b"00190000": 9}
    return known.get(hardware, 10 if hardware == b"000A0000" else 6)


def set_up(kind, generation, rate_ms, saves_power):
    """Return the messages that set rate, sentences, constellations and power-save, in order."""
    if kind == UBLOX:
        return _set_up_ublox(generation, rate_ms, saves_power)
    if kind == UBLOX_KEYS:
        pairs = [(_KEY_RATE, rate_ms), (_KEY_POWER, 2 if saves_power else 0)]
        pairs.extend(_KEY_SENTENCES)
        pairs.extend((key, 1) for key in _KEY_SYSTEMS)
        return [_valset(pairs)]
    rate = b"%d" % rate_ms
    if kind == PMTK:
        power = b"PMTK225,8" if saves_power else b"PMTK225,0"
        bodies = (
            b"PMTK220," + rate,
            b"PMTK314,0,1,0,1,1,5,0,0,0,0,0,0,0,0,0,0,0,0,0",  # RMC GGA GSA, GSV one in five
            b"PMTK353,1,1,0,0,0",  # GPS, GLONASS: what every one of them has
            power,
        )
    elif kind == PAIR:
        rates = ((0, 1), (1, 0), (2, 1), (3, 5), (4, 1), (5, 0), (6, 0), (8, 1))
        bodies = [b"PAIR050," + rate, b"PAIR066,1,1,1,1,1,0"]
        bodies.extend(b"PAIR062,%d,%d" % pair for pair in rates)
    elif kind == CASIC:
        bodies = (b"PCAS02," + rate, b"PCAS03,1,0,1,5,1,0,0,0,0,0,,,0,0", b"PCAS04,7")
    else:
        return []
    return [sentence(body) for body in bodies]


def _set_up_ublox(generation, rate_ms, saves_power):
    messages = [ubx(_UBX_CFG, _UBX_RATE, struct.pack("<HHH", rate_ms, 1, 0))]
    for number, rate in _UBX_SENTENCES:
        messages.append(ubx(_UBX_CFG, _UBX_MSG, bytes((0xF0, number, rate))))
    if generation == 8:
        blocks = bytes((0, 0, 32, len(_M8_SYSTEMS)))
        for system, least, most in _M8_SYSTEMS:
            blocks += struct.pack("<BBBBI", system, least, most, 0, 0x00010001)
        messages.append(ubx(_UBX_CFG, _UBX_GNSS, blocks))
    reserved = 8 if generation < 8 else 0
    messages.append(ubx(_UBX_CFG, _UBX_RXM, bytes((reserved, 1 if saves_power else 0))))
    return messages


def _valset(pairs):
    """Return UBX-CFG-VALSET into RAM; bits 30..28 of a key say how wide its value is."""
    payload = b"\x00\x01\x00\x00"
    for key, value in pairs:
        width = (0, 1, 1, 2, 4)[key >> 28]
        payload += struct.pack("<I", key) + struct.pack("<I", value)[:width]
    return ubx(_UBX_CFG, _UBX_VALSET, payload)


def change_baud(kind, baud):
    """Return the message after which the receiver talks at this rate, or None: it stays."""
    if kind == UBLOX:
        port = struct.pack("<BBHIIHHHH", 1, 0, 0, 0x000008D0, baud, 3, 3, 0, 0)
        return ubx(_UBX_CFG, _UBX_PRT, port)
    if kind == UBLOX_KEYS:
        return _valset([(_KEY_BAUD, baud)])
    if kind == PMTK:
        return sentence(b"PMTK251,%d" % baud)
    if kind == CASIC:
        rates = (4_800, 9_600, 19_200, 38_400, 57_600, 115_200)
        return sentence(b"PCAS01,%d" % rates.index(baud))
    return None  # PAIR864 needs a reset to take effect


def release(kind):
    """Return the messages that put the receiver back to its maker's defaults, baud included."""
    if kind in (UBLOX, UBLOX_KEYS):
        masks = struct.pack("<IIIB", 0xFFFF, 0, 0xFFFF, 0x17)  # clear and load; in every memory
        # A receiver that has only keys has no masks: its controlled reset reads the defaults.
        reset = struct.pack("<HBB", 0xFFFF, 0x01, 0)
        return [ubx(_UBX_CFG, _UBX_CLEAR, masks), ubx(_UBX_CFG, 0x04, reset)]
    if kind == PMTK:
        return [sentence(b"PMTK104")]
    if kind == PAIR:
        return [sentence(b"PAIR007")]
    if kind == CASIC:
        return [sentence(b"PCAS10,3")]
    return []
