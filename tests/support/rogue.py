"""A tag that signs what it should not: every part of an envelope changed before the signature.

Everything is made from a seed, so that what a fuzzer finds can be found again.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from reticent.tagcode import batch, cose, envelope, record
from sealing import SUITE, derive

WEEK = 2_950
EMPTY = batch.encode(batch.ROUTINE, 1, WEEK, [])
FULL = batch.encode(
    batch.ROUTINE,
    1,
    WEEK,
    [record.coarse(1_982_400, (5, 7)), record.crossing(1_982_401, 0, True),
     record.present(1_982_402, 1), record.event(1_982_403, 7, -3),
     record.health(1_982_404, None, 256, [17, 4])],
)  # fmt: skip


def wrap(public_key: bytes, info: bytes, secret: bytes) -> bytes:
    """Return enc || wrapped secret, with an ephemeral key that nobody can foretell."""
    return SUITE.encrypt(secret, X25519PublicKey.from_public_bytes(public_key), info)


class Tag:
    """One tag, two recipients, one content secret; `wrap` is how the secret is wrapped."""

    def __init__(self, seed: int, wrap=wrap) -> None:
        self._wrap = wrap
        self.identity_seed = _bytes(b"identity", seed)
        self._identity = Ed25519PrivateKey.from_private_bytes(self.identity_seed)
        self.public_key = self._identity.public_key().public_bytes_raw()
        self.id = envelope.kid_of(self.public_key)
        self.private_keys = [_bytes(b"recipient %d" % i, seed) for i in range(2)]
        private = [X25519PrivateKey.from_private_bytes(raw) for raw in self.private_keys]
        self.public_keys = [key.public_key().public_bytes_raw() for key in private]
        self.kids = [envelope.kid_of(key) for key in self.public_keys]
        self.keys = {self.kids[0]: private[0]}
        self.secret = _bytes(b"content secret", seed)

    def header(self, **changes) -> bytes:
        """Return the bytes of a sound header; `changes` are fields of it."""
        fields = {
            "tag": self.id,
            "kind": batch.ROUTINE,
            "number": 1,
            "policy_version": 1,
            "previous": envelope.ZERO_HASH,
            "recipients": envelope.recipients_hash(self.kids),
            "log_head": envelope.ZERO_HASH,
            "commit": derive(self.secret, envelope.COMMIT_INFO),
        }
        return envelope.Header(**{**fields, **changes}).encode()

    def wrapped(self, header: bytes | None = None) -> list[tuple[bytes, bytes]]:
        """Return [(kid, enc || wrapped secret) ...], bound to the header."""
        info = envelope.wrap_info(header or self.header())
        return [
            (kid, self._wrap(key, info, self.secret))
            for kid, key in zip(self.kids, self.public_keys)
        ]

    def encrypted(self, plain: bytes, header: bytes) -> bytes:
        """Return the ciphertext of these bytes under the header."""
        return AESGCM(derive(self.secret, envelope.KEY_INFO)).encrypt(bytes(12), plain, header)

    def payload(self, plain: bytes = EMPTY, header: bytes | None = None, **parts) -> bytes:
        """Return a payload in which everything fits; `wrapped` and `cipher` change those parts.

        `plain` need not be a batch, nor `header` a header.
        """
        header = self.header() if header is None else header
        wrapped, ciphertext = self.wrapped(header), self.encrypted(plain, header)
        if "wrapped" in parts:
            wrapped = parts["wrapped"](wrapped)
        if "cipher" in parts:
            ciphertext = parts["cipher"](ciphertext)
        return envelope.encode_payload(header, wrapped, ciphertext)

    def sealed(self, plain: bytes = EMPTY, header: bytes | None = None, **parts) -> bytes:
        """Return the envelope with this payload."""
        return self.signed(self.payload(plain, header, **parts))

    def signed(self, payload: bytes) -> bytes:
        """Return the envelope with this payload, signed whatever it is."""
        return cose.frame(self.id, payload, self.sign(cose.to_be_signed(self.id, payload)))

    def sign(self, message: bytes) -> bytes:
        """Return the identity key's signature of any bytes."""
        return self._identity.sign(message)


def _bytes(what: bytes, seed: int) -> bytes:
    return hashlib.sha256(b"%d %s" % (seed, what)).digest()
