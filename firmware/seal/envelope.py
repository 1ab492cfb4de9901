"""Seals a batch into an envelope (docs/FORMAT.md, section 5): there is no open() on the tag.

Hedged throughout: the content secret, the ephemeral keys and the signature's nonce mix generator
output with what is sealed, so that a generator that repeats itself never repeats a key (DESIGN.md,
section 5).
"""

import hashlib

from seal.hmac import hmac_sha256
from seal.workspace import Workspace
from wire import cose
from wire import envelope as wire

_NONCE = bytes(12)  # every key seals once
_RANDOM_BYTES = 32  # for the secret, each ephemeral key and the signature
_EPHEMERAL_LABEL = b"reticent-1 ephemeral"
# Code that has no room beside each other on a Pico W: what encrypts, then what signs.
_ENCRYPTING = ("seal.gcm", "seal.hpke", "seal.x25519", "seal.hkdf")
_SIGNING = ("seal.sha512", "seal.ed25519")


def seal(header, batch, recipients, identity_seed, drbg, space=None, forget=None):
    """Return the envelope's bytes; a generator that yields between its long steps.

    `header` has every field but `recipients` and `commit`; `recipients` are X25519 public keys,
    `identity_seed` is the Ed25519 seed of header.tag, `drbg` a seal.drbg.Drbg. A Workspace that is
    handed in is wiped at the end. `forget(names)` drops modules that are not needed any more.
    """
    space = space or Workspace()
    payload, noise = yield from _encrypted(header, batch, recipients, drbg, space)
    if forget is not None:
        forget(_ENCRYPTING)
    for name in _SIGNING:
        __import__(name)
        yield
    from seal import ed25519

    message = cose.to_be_signed_parts(header.tag, payload)
    signature = yield from ed25519.sign(identity_seed, message, noise, space)
    space.wipe()
    return cose.frame(header.tag, payload, signature)


def _encrypted(header, batch, recipients, drbg, space):
    """Return, in steps, (payload, noise for the signature)."""
    from seal import gcm, hkdf, hpke

    random = memoryview(drbg.generate(_RANDOM_BYTES * (len(recipients) + 2)))
    kids = [wire.kid_of(key) for key in recipients]
    header.recipients = wire.recipients_hash(kids)
    hedge = (header.encode_without_commit(), hashlib.sha256(batch).digest())
    secret = hmac_sha256(random[:_RANDOM_BYTES], hedge)
    prk = hkdf.extract(b"", secret)
    header.commit = hkdf.expand(prk, wire.COMMIT_INFO, wire.HASH_SIZE)
    header_bytes = header.encode()
    yield
    ciphertext = gcm.seal(hkdf.expand(prk, wire.KEY_INFO, 32), _NONCE, header_bytes, batch)
    yield
    info = wire.wrap_info(header_bytes)
    wrapped = []
    for kid, key in zip(kids, recipients):
        random = random[_RANDOM_BYTES:]
        ikm = hmac_sha256(random[:_RANDOM_BYTES], (_EPHEMERAL_LABEL, kid, info, secret))
        enc, sealed = yield from hpke.seal(key, info, secret, ikm, space=space)
        wrapped.append((kid, enc + sealed))
        yield
    noise = bytes(random[_RANDOM_BYTES:])
    return wire.encode_payload(header_bytes, wrapped, ciphertext), noise
