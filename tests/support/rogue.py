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


class Tag:
    """One tag, two recipients, one content secret."""

    def __init__(self, seed: int) -> None:
        self._identity = Ed25519PrivateKey.from_private_bytes(_bytes(b"identity", seed))
        self.public_key = self._identity.public_key().public_bytes_raw()
        self.id = envelope.kid_of(self.public_key)
        private = [
            X25519PrivateKey.from_private_bytes(_bytes(b"recipient %d" % i, seed))
            for i in range(2)
        ]
        self._public = [key.public_key().public_bytes_raw() for key in private]
        self.kids = [envelope.kid_of(key) for key in self._public]
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
            (kid, SUITE.encrypt(self.secret, X25519PublicKey.from_public_bytes(key), info))
            for kid, key in zip(self.kids, self._public)
        ]

    def encrypted(self, plain: bytes, header: bytes) -> bytes:
        """Return the ciphertext of these bytes under the header."""
        return AESGCM(derive(self.secret, envelope.KEY_INFO)).encrypt(bytes(12), plain, header)

    def payload(self, plain: bytes) -> bytes:
        """Return a sound payload over these bytes, which need not be a batch."""
        header = self.header()
        return envelope.encode_payload(header, self.wrapped(header), self.encrypted(plain, header))

    def sealed(self, plain: bytes) -> bytes:
        """Return a sound envelope over these bytes, which need not be a batch."""
        return self.signed(self.payload(plain))

    def sealed_under(self, header: bytes) -> bytes:
        """Return an envelope over an empty batch with these bytes as its header."""
        wrapped = self.wrapped(header)
        return self.signed(envelope.encode_payload(header, wrapped, self.encrypted(EMPTY, header)))

    def wrapped_as(self, blob: bytes) -> bytes:
        """Return an envelope whose first recipient gets these 80 bytes."""
        header = self.header()
        wrapped = [(self.kids[0], blob), self.wrapped(header)[1]]
        return self.signed(envelope.encode_payload(header, wrapped, self.encrypted(EMPTY, header)))

    def signed(self, payload: bytes) -> bytes:
        """Return the envelope with this payload, signed whatever it is."""
        signature = self._identity.sign(cose.to_be_signed(self.id, payload))
        return cose.frame(self.id, payload, signature)


def _bytes(what: bytes, seed: int) -> bytes:
    return hashlib.sha256(b"%d %s" % (seed, what)).digest()
