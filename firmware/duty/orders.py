"""The order on flash."""

from seal import ed25519
from seal.steps import run
from store import files
from tag import policy as orders
from wire import FormatError

_POLICY = "/policy"


def load_policy(issuer_key, tag):
    """Return the Policy on flash if it is genuine and this tag's, else None: it fails closed."""
    signed = files.read(_POLICY)
    if signed is None:
        return None
    try:
        policy = run(orders.read(signed, issuer_key, ed25519.verify))
    except (FormatError, orders.PolicyError):
        return None
    return policy if policy.tag == tag else None
