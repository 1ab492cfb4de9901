"""The numbered table of events: the only thing that is ever logged. No text, coordinate or key."""

BOOT = 1  # value: 1 power-on, 3 watchdog or reset (machine.reset_cause)
FIX_LOST = 2  # value: seconds since the last fix
FIX_FOUND = 3  # value: seconds without one
NO_POLICY = 4  # value: 0 none stored, 1 refused, 2 not yet in force, 3 over
POLICY_ACTIVE = 5  # value: its version
CLOCK = 6  # value: seconds that the receiver's time jumped, at most 2**31 - 1
OUTBOX_DROPPED = 7  # value: first number dropped; the next event's value is the last
OUTBOX_DROPPED_TO = 8
UPLINK_FAILED = 9  # value: tries in a row
ACK_REFUSED = 10  # value: the envelope's number
WIFI_FAILED = 11  # value: network.WLAN.status()
POLICY_REFUSED = 12  # value: 0
JUMP = 13  # value: the speed in m/s that two positions would need
TIME_STEP = 14  # value: seconds that the receiver's time stepped against the clock
JAM_SUSPECTED = 15  # value: satellites tracked << 16 | mean C/N0 before << 8 | mean C/N0 now
SPOOF_SUSPECTED = 16  # value: satellites << 24 | C/N0 spread << 16 | jump in m, at most 65535
RECEIVER = 17  # value: kind of receiver << 24 | its baud rate; kinds in receivers.py
INTERNAL = 30  # value: 0; something in the logic failed, and it began again, silent
STRAP_OPENED = 31  # value: 0
CASE_OPENED = 32  # value: 0
LOCATE_REFUSED = 33  # value: the locate order's number; no such exception, or none is left
LOCATE_UNANSWERED = 34  # value: its number; no position that may be said in time

NAMES = {
    BOOT: "boot",
    FIX_LOST: "fix lost",
    FIX_FOUND: "fix found",
    NO_POLICY: "no policy in force",
    POLICY_ACTIVE: "policy in force",
    CLOCK: "receiver's time jumped",
    OUTBOX_DROPPED: "outbox dropped, from number",
    OUTBOX_DROPPED_TO: "outbox dropped, to number",
    UPLINK_FAILED: "uplink failed",
    ACK_REFUSED: "ack refused",
    WIFI_FAILED: "Wi-Fi failed",
    POLICY_REFUSED: "policy refused",
    JUMP: "implausible speed",
    TIME_STEP: "receiver's time stepped",
    JAM_SUSPECTED: "jamming suspected",
    SPOOF_SUSPECTED: "spoofing suspected",
    RECEIVER: "receiver found",
    INTERNAL: "internal fault",
    STRAP_OPENED: "strap opened",
    CASE_OPENED: "case opened",
    LOCATE_REFUSED: "locate order refused",
    LOCATE_UNANSWERED: "locate order not answered",
}
