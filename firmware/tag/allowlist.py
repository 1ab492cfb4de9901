"""What may leave the tag: one rule for each type of record, apart from the code that makes them.

Disclosure decides what is said. This holds every record that it returns against the order once
more, as whoever reads it will: a fault there ends here.
"""

from tag import events
from tag.policy import BREACH, COARSE, DWELLING, EXCLUSION, INCLUSION
from wire import FormatError, record
from wire.batch import ALERT, ROUTINE

# The events that leave at once, with their second; all others tell their slot.
ALERT_EVENTS = (
    events.STRAP_OPENED,
    events.CASE_OPENED,
    events.LOCATE_REFUSED,
    events.LOCATE_UNANSWERED,
)


def allows(policy, utc_s, kind, entry):
    """Return whether the record may leave in a batch of this class, released in this second."""
    try:
        record.check(entry)
    except FormatError:
        return False
    return _RULES[entry[0] - 1](policy, utc_s, kind, entry)


def _allows_coarse(policy, utc_s, kind, _entry):
    return kind == ROUTINE and policy.level_at(utc_s) == COARSE


def _allows_precise(policy, utc_s, kind, entry):
    _, when_s, number, lat_udeg, lon_udeg, _ = entry
    zone = _zone(policy, number)
    return (
        kind == ALERT
        and when_s == utc_s
        and policy.level_at(utc_s) in (BREACH, COARSE)
        and zone is not None
        and zone.kind == EXCLUSION
        and zone.speaks_at(when_s)
        and zone.shape.contains(lat_udeg, lon_udeg)
        and not _is_in_dwelling(policy, utc_s, lat_udeg, lon_udeg)
    )


def _allows_crossing(policy, _utc_s, kind, entry):
    _, when, number, entered = entry
    zone = _zone(policy, number)
    if zone is None:
        return False
    is_breach = zone.kind == EXCLUSION or zone.kind == INCLUSION and not entered
    return kind == (ALERT if is_breach else ROUTINE) and record.is_slot(when) != is_breach


def _allows_present(policy, _utc_s, kind, entry):
    zone = _zone(policy, entry[2])
    return kind == ROUTINE and zone is not None and zone.kind != EXCLUSION


def _allows_event(_policy, _utc_s, kind, entry):
    _, when, code, value = entry
    if not events.is_known(code) or value != events.bounded(code, value):
        return False
    is_alert = code in ALERT_EVENTS
    return kind == (ALERT if is_alert else ROUTINE) and record.is_slot(when) != is_alert


def _allows_health(_policy, _utc_s, kind, _entry):
    return kind == ROUTINE


def _allows_located(policy, utc_s, kind, entry):
    _, when_s, cause, _, lat_udeg, lon_udeg, _ = entry
    has_exception = policy.locate if cause == record.LOCATE else policy.on_tamper
    return (
        kind == ALERT
        and when_s == utc_s
        and has_exception
        and utc_s < policy.review_by
        and not _is_in_dwelling(policy, utc_s, lat_udeg, lon_udeg)
    )


def _zone(policy, number):
    return policy.zones[number] if number < len(policy.zones) else None


def _is_in_dwelling(policy, utc_s, lat_udeg, lon_udeg):
    return any(
        zone.kind == DWELLING and zone.speaks_at(utc_s) and zone.shape.contains(lat_udeg, lon_udeg)
        for zone in policy.zones
    )


_RULES = (
    _allows_coarse,
    _allows_precise,
    _allows_crossing,
    _allows_present,
    _allows_event,
    _allows_health,
    _allows_located,
)
