"""The numbered table of events: the only thing that is ever logged. No text, coordinate or key.

A value is a property of what happened to the tag, never of the place: no speed, no satellite
count, no C/N0, no time inside a slot (docs/RECEIVERS.md says why each class is cut as it is).
"""

BOOT = 1  # value: why, as reasons.py numbers it
FIX_LOST = 2  # value: 1 the receiver talks and has no usable fix, 2 it is silent
FIX_FOUND = 3  # value: slots since the one of the loss
NO_POLICY = 4  # value: 0 none stored, 1 refused, 2 not yet in force, 3 over
POLICY_ACTIVE = 5  # value: its version
CLOCK = 6  # value: seconds by which the receiver's time or an ack's is off, at most 2**31 - 1
OUTBOX_DROPPED = 7  # value: first number dropped; the next event's value is the last
OUTBOX_DROPPED_TO = 8
UPLINK_FAILED = 9  # value: tries in a row
ACK_REFUSED = 10  # value: how many in one upload
WIFI_FAILED = 11  # value: network.WLAN.status()
POLICY_REFUSED = 12  # value: why, the codes of policy.py
JUMP = 13  # value: class of the speed needed: 1 over 100 m/s, 2 over 1 km/s, 3 over 10 km/s
TIME_STEP = 14  # value: seconds that the receiver's time stepped against the clock
JAM_SUSPECTED = 15  # value: how far all signals fell together, in steps of 4 dB, 2 to 15
SPOOF_SUSPECTED = 16  # value: 10 x the jump's class + the spread of all signals in dB, 0 to 3
RECEIVER = 17  # value: kind of receiver << 24 | its baud rate; kinds in receivers.py
JAM_OVER = 20  # value: n, the signals were down for less than 2**n minutes; 15 at most
OPENED_UNTIMED = 21  # value: record.STRAP or CASE; no time yet, the event itself follows with it
INTERNAL = 30  # value: 0; something in the logic failed, and it began again, silent
STRAP_OPENED = 31  # value: 0
CASE_OPENED = 32  # value: 0
LOCATE_REFUSED = 33  # value: the locate order's number; no such exception, or none is left
LOCATE_UNANSWERED = 34  # value: its number; no position that may be said in time
NO_CLOCK = 35  # value: 0; no time since boot: this slot is the earliest that it can be
NOISE_FAILED = 40  # value: sources found dead: 1 ring oscillator, 2 converter, 4 receiver timing
POLICY_PENDING = 50  # value: the version that was taken and has not begun
STEPPED_DOWN = 51  # value: the level in force, as the review was missed
REVIEW_DUE = 52  # value: within so many days: 14, 7, 1
POLICY_BARRED = 53  # value: the least version; the one in force is below it, and says nothing
LOCATE_INVALID = 54  # value: why, the codes of policy.py
NAME_UNKNOWN = 60  # value: 0; the network's name server knows no collector, or stays silent
TLS_REFUSED = 61  # value: 0; a certificate not to be trusted: a captive portal, or a wrong clock
ANSWER_REFUSED = 62  # value: the HTTP status; 0 what is no whole answer of a collector
UPLINK_STALLED = 63  # value: 0; a peer that took too long
UPLINK_BROKEN = 64  # value: 0; the connection was refused, reset or cut
UPLINK_STARVED = 65  # value: 0; no memory for an upload
UNACKED = 66  # value: 0; the collector answered, and something waits still

# The least and the most value of events whose value is a class: anything else would tell more.
CLASSES = {
    FIX_LOST: (1, 2),
    FIX_FOUND: (0, 100_000),
    JUMP: (1, 3),
    JAM_SUSPECTED: (2, 15),
    SPOOF_SUSPECTED: (10, 33),
    JAM_OVER: (0, 15),
    OPENED_UNTIMED: (1, 2),
}

# Of the other events.
_NONE = 0, 0
_ANY = -(1 << 31), (1 << 31) - 1
RANGES = {
    BOOT: (0, 255),
    NO_POLICY: (0, 3),
    POLICY_ACTIVE: _ANY,
    CLOCK: _ANY,
    OUTBOX_DROPPED: _ANY,
    OUTBOX_DROPPED_TO: _ANY,
    UPLINK_FAILED: (0, 1_000),
    ACK_REFUSED: _ANY,
    WIFI_FAILED: (-16, 16),
    TIME_STEP: _ANY,
    RECEIVER: _ANY,
    INTERNAL: _NONE,
    STRAP_OPENED: _NONE,
    CASE_OPENED: _NONE,
    LOCATE_REFUSED: _ANY,
    LOCATE_UNANSWERED: _ANY,
    NO_CLOCK: _NONE,
    NOISE_FAILED: (1, 7),
    POLICY_REFUSED: (1, 8),
    POLICY_PENDING: _ANY,
    STEPPED_DOWN: (1, 2),
    REVIEW_DUE: (1, 14),
    POLICY_BARRED: _ANY,
    LOCATE_INVALID: (1, 12),
    NAME_UNKNOWN: _NONE,
    TLS_REFUSED: _NONE,
    ANSWER_REFUSED: (0, 999),
    UPLINK_STALLED: _NONE,
    UPLINK_BROKEN: _NONE,
    UPLINK_STARVED: _NONE,
    UNACKED: _NONE,
}


def is_known(code):
    """Return whether there is such an event."""
    return code in CLASSES or code in RANGES


def bounded(code, value):
    """Return the value that an event of this code may tell: the nearest in its range."""
    least, most = CLASSES.get(code) or RANGES.get(code, (0, 0))
    return min(max(value, least), most)
