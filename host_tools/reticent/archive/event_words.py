"""What an event's value means, in words: the classes that firmware/tag/events.py numbers."""

from __future__ import annotations

from reticent.tagcode import events

_SPEEDS = ("over 100 m/s", "over 1 km/s", "over 10 km/s")
_LOST = ("the receiver talks", "the receiver is silent")


def value_words(code: int, value: int) -> str:
    """Return a value in words; a value that is no class of its event stays a number."""
    least, most = events.CLASSES.get(code, (value + 1, value))
    return _WORDS[code](value) if least <= value <= most else str(value)


def _lost(value: int) -> str:
    return _LOST[value - 1]


def _jump(value: int) -> str:
    return f"a speed of {_SPEEDS[value - 1]} would be needed"


def _jam(value: int) -> str:
    return f"all signals fell together by {4 * value} dB or more"


def _spoof(value: int) -> str:
    jump, spread_db = divmod(value, 10)
    return f"{_jump(jump)}; all signals within {spread_db} dB of each other"


def _jam_over(value: int) -> str:
    return f"after less than {1 << value} min"


def _found(value: int) -> str:
    return f"{value} slot{'' if value == 1 else 's'} later"


_WORDS = {
    events.FIX_LOST: _lost,
    events.FIX_FOUND: _found,
    events.JUMP: _jump,
    events.JAM_SUSPECTED: _jam,
    events.SPOOF_SUSPECTED: _spoof,
    events.JAM_OVER: _jam_over,
}

# What each event is called: for people, so the tag does not carry it.
EVENT_NAMES = {
    events.BOOT: "boot",
    events.FIX_LOST: "position lost",
    events.FIX_FOUND: "position found",
    events.NO_POLICY: "no policy in force",
    events.POLICY_ACTIVE: "policy in force",
    events.CLOCK: "receiver's time jumped",
    events.OUTBOX_DROPPED: "outbox dropped, from number",
    events.OUTBOX_DROPPED_TO: "outbox dropped, to number",
    events.UPLINK_FAILED: "uplink failed",
    events.ACK_REFUSED: "ack refused",
    events.WIFI_FAILED: "Wi-Fi failed",
    events.POLICY_REFUSED: "policy refused",
    events.JUMP: "implausible speed",
    events.TIME_STEP: "receiver's time stepped",
    events.JAM_SUSPECTED: "jamming suspected",
    events.JAM_OVER: "suspected jamming over",
    events.SPOOF_SUSPECTED: "spoofing suspected",
    events.RECEIVER: "receiver found",
    events.OPENED_UNTIMED: "strap (1) or case (2) opened, no time yet",
    events.INTERNAL: "internal fault",
    events.STRAP_OPENED: "strap opened",
    events.CASE_OPENED: "case opened",
    events.LOCATE_REFUSED: "locate order refused",
    events.LOCATE_UNANSWERED: "locate order not answered",
    events.NO_CLOCK: "no time yet",
    events.NOISE_FAILED: "noise sources failed",
    events.POLICY_PENDING: "newer policy waits for its start",
    events.STEPPED_DOWN: "level lowered, the review was missed",
    events.REVIEW_DUE: "review due, days left",
    events.POLICY_BARRED: "policy barred, least version",
    events.LOCATE_INVALID: "locate order is not genuine",
    events.NAME_UNKNOWN: "uplink: no such name",
    events.TLS_REFUSED: "uplink: certificate refused",
    events.ANSWER_REFUSED: "uplink: answer refused, HTTP status",
    events.UPLINK_STALLED: "uplink: too slow",
    events.UPLINK_BROKEN: "uplink: connection broken",
    events.UPLINK_STARVED: "uplink: no memory",
    events.UNACKED: "uplink: not all acked",
}
