"""What a rigged tag, a collector or a thief can change in an envelope, and what becomes of it."""

import hashlib
import os
from collections import Counter

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import rogue
import third_reader
import two_keys
from reticent.archive import opener
from reticent.bench.registration import Identity
from reticent.collector.store import Sealed
from reticent.tagcode import cbor, envelope
from sealing import derive

FULL = os.environ.get("RETICENT_FULL") == "1"
TAG = rogue.Tag(30)
TAGS = {TAG.id: TAG.public_key}
IDENTITIES = {TAG.id: Identity(TAG.id, TAG.public_key)}
RAW_KEYS = [{kid: raw} for kid, raw in zip(TAG.kids, TAG.private_keys)]
KEYS = [
    {kid: X25519PrivateKey.from_private_bytes(raw) for kid, raw in keys.items()}
    for keys in RAW_KEYS
]


def host_opens(sealed, keys=KEYS[0]):
    """Return (records, None) or (None, the opener's reason)."""
    stored = Sealed(TAG.id, 1, hashlib.sha256(sealed).digest(), sealed)
    genuine, refused = opener.authenticate([stored], IDENTITIES)
    if refused:
        return None, refused[0].reason
    try:
        return opener.open_envelope(genuine[0], opener.RoleKeys(keys)).batch.records, None
    except opener.Refusal as reason:
        return None, str(reason)


def third_opens(sealed, keys=RAW_KEYS[0]):
    try:
        return third_reader.open_envelope(sealed, TAGS, keys)[4], None
    except third_reader.Refused as reason:
        return None, str(reason)


def flips(data, step):
    """Yield (byte, data with one bit of it changed), every `step`-th bit."""
    for bit in range(0, 8 * len(data), step):
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        yield bit >> 3, bytes(changed)


def test_an_envelope_with_any_bit_changed_is_refused():
    sealed = TAG.sealed(rogue.FULL)
    assert host_opens(sealed)[1] is third_opens(sealed)[1] is None
    for step, opens in ((1, host_opens), (1 if FULL else 13, third_opens)):
        for at, changed in flips(sealed, step):
            assert opens(changed)[1], at


def test_a_payload_with_any_bit_changed_is_refused_even_if_the_tag_signs_it():
    """Except in what is for another recipient: that stays between the tag and that one."""
    payload = TAG.payload(rogue.FULL)
    _, header, wrapped, ciphertext = cbor.decode(payload)
    regions = (
        ("header", payload.index(header), len(header)),
        ("first", payload.index(wrapped[0][1]), 80),
        ("second", payload.index(wrapped[1][1]), 80),
        ("ciphertext", payload.index(ciphertext), len(ciphertext)),
    )
    found = {name: Counter() for name, _, _ in regions}
    for at, changed in flips(payload, 1 if FULL else 5):
        sealed = TAG.signed(changed)
        records, reason = third_opens(sealed)
        assert host_opens(sealed)[0] == records, at
        region = [name for name, start, size in regions if start <= at < start + size]
        if region:
            found[region[0]][reason] += 1
        else:
            assert reason in ("payload", "recipients", "others"), (at, reason)
    assert set(found["header"]) == {"header", "kid", "recipients", "wrapped"}
    assert set(found["first"]) == {"wrapped"}
    assert set(found["second"]) == {None}
    assert set(found["ciphertext"]) == {"ciphertext"}


def two_plaintexts():
    """Return (sealed, [a plaintext for each recipient]): two secrets, one ciphertext, one tag."""
    secrets = [hashlib.sha256(b"secret %d" % place).digest() for place in range(2)]
    keys = [derive(secret, envelope.KEY_INFO) for secret in secrets]
    streams = [two_keys.Key(key).stream(1024) for key in keys]
    ciphertext = xor(rogue.FULL, streams[0])
    header = TAG.header(commit=derive(secrets[0], envelope.COMMIT_INFO))
    log_head = len(header) - 2 * 34 + 2
    free_block = -(-log_head // 16)
    assert log_head <= 16 * free_block <= log_head + 16
    header, tag = two_keys.solve(*keys, header, free_block, ciphertext)
    info = envelope.wrap_info(header)
    wrapped = [
        (kid, rogue.wrap(key, info, secret))
        for kid, key, secret in zip(TAG.kids, TAG.public_keys, secrets)
    ]
    payload = envelope.encode_payload(header, wrapped, ciphertext + tag)
    plaintexts = [
        AESGCM(key).decrypt(bytes(12), ciphertext + tag, header)  # both tags hold
        for key in keys
    ]
    return TAG.signed(payload), plaintexts


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


def test_a_ciphertext_for_two_keys_opens_for_one_recipient_at_most():
    sealed, plaintexts = two_plaintexts()
    assert plaintexts[0] == rogue.FULL != plaintexts[1]
    assert [host_opens(sealed, keys)[1] for keys in KEYS] == [None, opener.Reason.COMMIT]
    assert [third_opens(sealed, keys)[1] for keys in RAW_KEYS] == [None, "commit"]


def test_without_the_commit_both_recipients_would_decrypt_it(monkeypatch):
    """The planted fault: what the check is there for."""
    sealed, _ = two_plaintexts()
    monkeypatch.setattr(opener.hmac, "compare_digest", lambda _one, _other: True)
    # Past GCM, as only decrypted bytes can be no batch: XOR of two streams is noise.
    assert host_opens(sealed, KEYS[1]) == (None, opener.Reason.CONTENT)
    with pytest.raises(third_reader.Refused, match="batch"):
        third_reader.open_envelope(sealed, TAGS, RAW_KEYS[1], checks_commit=False)


def test_our_arithmetic_for_two_keys_is_gcms():
    key, aad, plain = bytes(range(32)), bytes(range(200)), b"plaintext" * 20
    whole = AESGCM(key).encrypt(bytes(12), plain, aad)
    ours = two_keys.Key(key)
    assert xor(plain, ours.stream(len(plain))) == whole[:-16]
    assert ours.tag(aad, whole[:-16]).to_bytes(16, "big") == whole[-16:]
