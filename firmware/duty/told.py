"""The ledger of what was told, on flash."""

from store import files
from tag.ledger import Ledger

_TOLD = "/state/told"


def load(version):
    """Return the Ledger under this version of the order, with what earlier lives have told."""
    return Ledger(version, files.read(_TOLD))


def save_steps(ledger):
    """Write the ledger, in steps: before what it counts is sealed, so no cut gives it back."""
    yield from files.replace_steps(_TOLD, ledger.encode())
