"""HPKE base mode, sender side, single shot (RFC 9180).

DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, and AES-128-GCM or AES-256-GCM. There is no receiver here.
"""

from seal import SealError, gcm, hkdf, x25519
from seal.workspace import Workspace

AES_128_GCM = 1
AES_256_GCM = 2

_KEY_BYTES = {AES_128_GCM: 16, AES_256_GCM: 32}
_NONCE_BYTES = 12
_SECRET_BYTES = 32
_KEM_ID = b"\x00\x20"
_KDF_ID = b"\x00\x01"
_KEM_SUITE = b"KEM" + _KEM_ID
_MODE_BASE = b"\x00"
_SUITES = {}  # of the AEADs that were used: constants


def derive_key_pair(ikm: bytes, space: Workspace | None = None):
    """Return, in steps, (private, public) of the keying material (section 7.1.3)."""
    if len(ikm) < _SECRET_BYTES:
        raise SealError  # less keying material than the key holds
    prk = _labeled_extract(_KEM_SUITE, b"", b"dkp_prk", ikm)
    private = _labeled_expand(_KEM_SUITE, prk, b"sk", b"", _SECRET_BYTES)
    public = yield from x25519.public_key(private, space)
    return private, public


def seal(
    recipient_public: bytes,
    info: bytes,
    plaintext: bytes,
    ikm_e: bytes,
    aead_id: int = AES_256_GCM,
    aad: bytes = b"",
    space: Workspace | None = None,
):
    """Return, in steps, (enc, ciphertext || tag).

    `ikm_e` makes the ephemeral key pair: never the same twice. SealError for a public key of low
    order and for an unknown AEAD.
    """
    if aead_id not in _KEY_BYTES:
        raise SealError  # an AEAD this module does not have
    shared_secret, enc = yield from _encapsulate(recipient_public, ikm_e, space or Workspace())
    yield
    key, nonce = _key_schedule(shared_secret, info, aead_id)
    yield
    return enc, gcm.seal(key, nonce, aad, plaintext)


def _encapsulate(recipient_public, ikm_e, space):
    """Section 4.1: (shared secret, enc)."""
    private, enc = yield from derive_key_pair(ikm_e, space)
    dh = yield from x25519.shared_secret(private, recipient_public, space)
    prk = _labeled_extract(_KEM_SUITE, b"", b"eae_prk", dh)
    context = enc + recipient_public
    return _labeled_expand(_KEM_SUITE, prk, b"shared_secret", context, _SECRET_BYTES), enc


def _key_schedule(shared_secret, info, aead_id):
    """Section 5.1 in base mode: (key, nonce of the first and only message)."""
    if aead_id not in _SUITES:
        suite = b"HPKE" + _KEM_ID + _KDF_ID + bytes((0, aead_id))
        _SUITES[aead_id] = suite, _labeled_extract(suite, b"", b"psk_id_hash", b"")
    suite, psk_id_hash = _SUITES[aead_id]
    info_hash = _labeled_extract(suite, b"", b"info_hash", info)
    context = _MODE_BASE + psk_id_hash + info_hash
    secret = _labeled_extract(suite, shared_secret, b"secret", b"")
    key = _labeled_expand(suite, secret, b"key", context, _KEY_BYTES[aead_id])
    nonce = _labeled_expand(suite, secret, b"base_nonce", context, _NONCE_BYTES)
    return key, nonce


def _labeled_extract(suite, salt, label, ikm):
    return hkdf.extract(salt, (b"HPKE-v1", suite, label, ikm))


def _labeled_expand(suite, prk, label, info, length):
    size = bytes((length >> 8, length & 0xFF))
    return hkdf.expand(prk, (size, b"HPKE-v1", suite, label, info), length)
