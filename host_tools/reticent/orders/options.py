"""The options of what signs: an order, its end, a locate order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cyclopts import Parameter

from reticent.archive.key_files import read_issuer
from reticent.archive.keyring import Keyring
from reticent.errors import BadInput


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Signer:
    """The key that signs.

    Parameters
    ----------
    keys
        The tag's key ring, for its issuer.pem.
    issuer_key
        The key that signs, if not the ring's.
    """

    keys: Path | None = None
    issuer_key: Path | None = None

    def key(self) -> Ed25519PrivateKey:
        """Return the key; BadInput where none is named."""
        if self.issuer_key is not None:
            return read_issuer(self.issuer_key)
        if self.keys is None:
            raise BadInput("name the key that signs: --issuer-key, or a ring with --keys")
        return Keyring(self.keys).issuer()
