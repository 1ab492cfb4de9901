"""The tag's verifier and the host's (OpenSSL's) hold the same signatures for right, on every edge.

The edges are those of Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (SSR 2020), made
here: points of small and of mixed order, second encodings, S beyond the group's order. Arithmetic
is plain big integers, neither verifier's.
"""

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reticent.archive.key_files import read_issuer_public
from reticent.bench import registration
from reticent.errors import BadInput
from reticent.points import is_signers_key
from reticent.tagcode import envelope
from seal import verification
from seal.steps import run

P = (1 << 255) - 19
L = (1 << 252) + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
NEUTRAL = (0, 1)
BASE_Y = 4 * pow(5, -1, P) % P


def x_of(y):
    """Return the even x of a point with this y."""
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == xx
    return x if x % 2 == 0 else P - x


def add(one, other):
    (x1, y1), (x2, y2) = one, other
    t = D * x1 * x2 * y1 * y2
    return (
        (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P,
        (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P,
    )


def times(scalar, point):
    total = NEUTRAL
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def encoded(point, beyond=0):
    """Return the 32 bytes of a point; `beyond` is P for its second encoding, where one exists."""
    x, y = point
    return (y + beyond | (x & 1) << 255).to_bytes(32, "little")


BASE = x_of(BASE_Y), BASE_Y


def _turn():
    """Return a point of order 8: L times some point of the curve."""
    for y in range(2, 100):
        try:
            turn = times(L, (x_of(y), y))
        except AssertionError:
            continue  # no point has this y
        if times(4, turn) != NEUTRAL:
            return turn
    raise AssertionError("no point of order 8")


TURN = _turn()
SECRET, NONCE = 0x1234567, 0x7654321


def hash_of(encoded_r, public, message):
    digest = hashlib.sha512(encoded_r + public + message).digest()
    return int.from_bytes(digest, "little") % L


def signed(public, encoded_r, message, more=0):
    """Return a signature by SECRET whose R is what it says; `more` is added to S."""
    k = hash_of(encoded_r, public, message)
    return encoded_r + ((NONCE + k * SECRET) % L + more).to_bytes(32, "little")


def message_where(public, encoded_r, holds):
    """Return a message for whose hash k this holds."""
    for number in range(1_000):
        message = number.to_bytes(2, "big")
        if holds(hash_of(encoded_r, public, message)):
            return message
    raise AssertionError("no such message")


def openssl(public, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def tag(public, signature, message):
    return run(verification.verify(public, signature, message))


def small_keys():
    """Yield every encoding of the eight points of small order."""
    for turns in range(8):
        x, y = point = times(turns, TURN)
        for beyond in (0, P):
            if y + beyond < 1 << 255:
                yield encoded(point, beyond)
                if x == 0:
                    yield (y + beyond | 1 << 255).to_bytes(32, "little")  # a sign on zero


def test_keys_that_anybody_signs_for_are_taken_by_neither(tmp_path):
    keys = set(small_keys())
    assert len(keys) == 14
    encoded_r, s = encoded(times(NONCE, BASE)), NONCE.to_bytes(32, "little")
    taken_by_openssl = 0
    for public in keys:
        message = message_where(public, encoded_r, lambda k: k % 8 == 0)  # k * A vanishes
        taken_by_openssl += openssl(public, encoded_r + s, message)
        assert not tag(public, encoded_r + s, message), public.hex()
        assert not is_signers_key(public), public.hex()
        with pytest.raises(BadInput, match="anybody can sign for"):
            registration.register(tmp_path, public, bytes(32))
    assert taken_by_openssl >= 8  # or there would be nothing to guard against


def test_files_with_such_a_key_are_refused(tmp_path):
    public = encoded(NEUTRAL)
    key = Ed25519PublicKey.from_public_bytes(public)
    pem = tmp_path / "issuer.public.pem"
    pem.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(BadInput, match="anybody can sign for"):
        read_issuer_public(pem)
    tag_id = envelope.kid_of(public).hex()
    path = tmp_path / f"{tag_id}.toml"
    path.write_text(f'tag = "{tag_id}"\nidentity = "{public.hex()}"\n')
    with pytest.raises(BadInput, match="anybody can sign for"):
        registration.read_identity(path)


def test_both_verify_without_the_cofactor_and_to_the_bit():
    pure, nonce = times(SECRET, BASE), times(NONCE, BASE)
    mixed, turned = add(pure, TURN), add(nonce, TURN)
    key, mixed_key, r, turned_r = map(encoded, (pure, mixed, nonce, turned))
    vanishes = message_where(mixed_key, r, lambda k: k % 8 == 0)
    remains = message_where(mixed_key, r, lambda k: k % 8 == 3)
    neutral = [
        r + (hash_of(r, key, b"") * SECRET % L).to_bytes(32, "little")
        for r in (encoded(NEUTRAL), encoded(NEUTRAL, P))
    ]
    cases = (
        ("plain", key, signed(key, r, b""), b"", True),
        ("S + L", key, signed(key, r, b"", L), b"", False),
        ("S + 8 L", key, signed(key, r, b"", 8 * L), b"", False),
        ("a key of mixed order whose turn vanishes", mixed_key,
         signed(mixed_key, r, vanishes), vanishes, True),
        ("a key of mixed order whose turn remains", mixed_key,
         signed(mixed_key, r, remains), remains, False),
        ("R of mixed order", key, signed(key, turned_r, b""), b"", False),
        ("R neutral", key, neutral[0], b"", True),
        ("R neutral, its second encoding", key, neutral[1], b"", False),
    )  # fmt: skip
    for name, public, signature, message, holds in cases:
        assert is_signers_key(public), name
        assert openssl(public, signature, message) == holds, name
        assert tag(public, signature, message) == holds, name
