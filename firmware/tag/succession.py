"""Which order may follow which: what a newer version must keep to beside the order's own rules.

No review, no renewal (REQUIREMENTS.md, R22): a version without the record of a review may change
and tighten what is in force, not loosen it; where it goes on longer its level is one lower.
"""

from tag.policy import (
    CELL_CHANGED,
    NOT_NEWER,
    NOT_REVIEWED,
    OTHER_TAG,
    PRESENCE,
    PolicyError,
)

WARN_DAYS = (1, 7, 14)  # before review_by, the nearest first


def check_follows(new, old, tag, held_version, cell_m):
    """Raise PolicyError where this Policy may not be the tag's next.

    `old` is the Policy in force or None, `held_version` the highest that the tag ever took,
    `cell_m` that of the hidden offset, or None before the first order.
    """
    _require(new.tag == tag, "another tag", OTHER_TAG)
    _require(new.version > held_version, "not newer than what the tag has had", NOT_NEWER)
    _require(cell_m in (None, new.cell_m), "cell_m changed without release", CELL_CHANGED)
    if old is None:
        return
    if new.reviewed_s is not None:
        is_new = new.reviewed_s >= max(old.not_before, (old.reviewed_s or 0) + 1)
        _require(is_new, "a review that is not of the order in force", NOT_REVIEWED)
    else:
        _require(_is_no_looser(new, old), "looser or longer without a review", NOT_REVIEWED)


def _is_no_looser(new, old):
    most = old.level
    if new.not_after > old.not_after or new.review_by > old.review_by:
        most -= 1  # below PRESENCE there is no level: then it cannot go on
    if new.level > most or most < PRESENCE:
        return False
    if new.on_tamper and not old.on_tamper or new.locate and not old.locate:
        return False
    return all(granted <= old.overrides.get(limit, 0) for limit, granted in new.overrides.items())


def review_days_left(policy, utc_s):
    """Return which of WARN_DAYS before the missed review have begun: the nearest, or None."""
    left_s = policy.review_by - utc_s
    for days in WARN_DAYS:
        if 0 < left_s <= days * 86_400:
            return days
    return None


def _require(holds, rule, code):
    if not holds:
        raise PolicyError(rule, code)
