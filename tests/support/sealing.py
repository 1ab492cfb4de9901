"""What a tag does, with PyPI's `cryptography`: so that collector and opener are tested without it.

Every part of an envelope can be handed in, so that a test can make the one that must be refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reticent.tagcode import batch, cose, envelope

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class Tag:
    """A tag with its keys, its counter and its chain."""

    def __init__(self, recipients, policy_version=1):
        self.identity = Ed25519PrivateKey.generate()
        self.public_key = self.identity.public_key().public_bytes_raw()
        self.id = envelope.kid_of(self.public_key)
        self.ack_key = os.urandom(32)
        self.recipients = recipients
        self.policy_version = policy_version
        self.number = 0
        self.previous = envelope.ZERO_HASH

    def seal(self, records, kind=batch.ROUTINE, week=2950, **changes):
        """Return the next envelope's bytes; `changes` are parts of it to be made wrong."""
        plain = batch.encode(kind, self.policy_version, week, records)
        self.number += 1
        sealed = self.envelope(plain, kind, **changes)
        self.previous = envelope.hash_of(sealed)
        return sealed

    def envelope(self, plain, kind, commit=None, signer=None, wrap=None, cipher=None, **header):
        """Return an envelope over these bytes under the present number and chain."""
        head = self._header(kind, **header)
        hedge = head.encode_without_commit() + hashlib.sha256(plain).digest()
        secret = hmac.digest(os.urandom(32), hedge, "sha256")
        head.commit = commit or derive(secret, envelope.COMMIT_INFO)
        header_bytes = head.encode()
        info = envelope.wrap_info(header_bytes)
        wrapped = [
            (
                envelope.kid_of(key),
                SUITE.encrypt(secret, X25519PublicKey.from_public_bytes(key), info),
            )
            for key in self.recipients
        ]
        key = derive(secret, envelope.KEY_INFO)
        ciphertext = AESGCM(key).encrypt(bytes(12), plain, header_bytes)
        payload = envelope.encode_payload(
            header_bytes,
            wrap(wrapped) if wrap else wrapped,
            cipher(ciphertext) if cipher else ciphertext,
        )
        signature = (signer or self.identity).sign(cose.to_be_signed(head.tag, payload))
        return cose.frame(head.tag, payload, signature)

    def _header(self, kind, **changes):
        fields = {
            "tag": self.id,
            "kind": kind,
            "number": self.number,
            "policy_version": self.policy_version,
            "previous": self.previous,
            "recipients": envelope.recipients_hash([envelope.kid_of(k) for k in self.recipients]),
            "log_head": envelope.ZERO_HASH,
            "commit": b"",
        }
        return envelope.Header(**{**fields, **changes})


def derive(secret, info):
    return HKDF(SHA256(), 32, None, info).derive(secret)
