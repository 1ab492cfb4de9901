"""The two exceptions of an order: a position with a strap or case event, and a locate order.

Off unless the order has them, each with its own justification; and off from a missed review on.
An exception is used up when it is asked for. It is answered by the first good fix outside every
dwelling, or not at all: whether for want of a fix or in a dwelling is not told.
"""

from wire.record import LOCATE

TAMPER_WAIT_S = 120  # for a fix after a strap or case event
LOCATE_WAIT_S = 900  # for a fix after a locate order; then the desk hears that there was none


class Exceptions:
    """Under one order; `ledger` keeps count over reboots."""

    def __init__(self, policy, ledger):
        self._policy = policy
        self._ledger = ledger
        self._armed = []  # [(cause, number, deadline in UTC seconds)]

    def arm(self, utc_s, cause, number):
        """Ask for the next fix's position; return whether the order allows it once more."""
        policy = self._policy
        has_exception = policy.locate if cause == LOCATE else policy.on_tamper
        if not has_exception or utc_s >= policy.review_by:
            return False
        if not self._ledger.spend(cause, number, utc_s):
            return False
        wait_s = LOCATE_WAIT_S if cause == LOCATE else TAMPER_WAIT_S
        self._armed.append((cause, number, utc_s + wait_s))
        return True

    def is_armed(self):
        """Return whether the next fix is wanted."""
        return bool(self._armed)

    def take(self):
        """Return [(cause, number)] that a fix answers now; they are answered then."""
        armed, self._armed = self._armed, []
        return [(cause, number) for cause, number, _ in armed]

    def pass_time(self, utc_s):
        """Return the numbers of the locate orders whose time is over without a position."""
        if not self._armed:
            return []
        over = [entry for entry in self._armed if self._is_over(entry[2], utc_s)]
        self._armed = [entry for entry in self._armed if not self._is_over(entry[2], utc_s)]
        return [number for cause, number, _ in over if cause == LOCATE]

    def _is_over(self, deadline_s, utc_s):
        return utc_s >= deadline_s or utc_s >= self._policy.review_by
