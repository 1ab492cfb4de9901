"""The ledger of what was told, on flash."""

from store import files
from tag.ledger import Ledger

_TOLD = "/state/told"


def load(version):
    """Return the Ledger under this version of the order, with what earlier lives have told."""
    return Ledger(version, files.read(_TOLD))


def save(ledger):
    """Write the ledger: before what it counts is sealed, so that no power cut gives it back."""
    files.replace(_TOLD, ledger.encode())
