"""A thief with a seized tag: an image of all its memory, and every secret in it tried (R19).

The memory is the simulated chip's whole process: MicroPython's heap, stack and C library, and more
than a chip has. It is stopped while it is read, as a debugger would. Flash is the image file.

Tried is every window of 32 bytes, at any place, that looks random: the thief knows our formats and
code, and the plaintext of whatever he tries to open, which is the most that a guess could give.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fixed_hpke import KEM, SUITE, expand, extract
from reticent.tagcode import batch, envelope

_WINDOW = 32
_LEAST_DISTINCT = 24  # of 32 random bytes 30 differ on the mean, below 24 in one of 400,000
_PRIME = (1 << 255) - 19
_LIMBS, _LIMB_BITS = 20, 13  # of a field element in the tag's memory


def child(word: bytes) -> int | None:
    """Return the id of the child process that has this word among its arguments."""
    for task in os.listdir("/proc/self/task"):
        for pid in Path(f"/proc/self/task/{task}/children").read_text().split():
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return int(pid)
    return None


def memory_of(pid: int) -> list[bytes]:
    """Return all that the process has written, a region each; it stands still meanwhile.

    What is mapped from a file is the C code's own data: no object of MicroPython's lies there.
    """
    os.kill(pid, signal.SIGSTOP)
    try:
        regions = []
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                places, flags, _, _, inode = line.split()[:5]
                start, end = (int(place, 16) for place in places.split("-"))
                if "w" in flags and inode == "0":
                    memory.seek(start)
                    regions.append(memory.read(end - start))
        return regions
    finally:
        os.kill(pid, signal.SIGCONT)


def random_windows(data: bytes) -> Iterator[bytes]:
    """Yield every window that looks random."""
    whole = np.frombuffer(data, np.uint8)
    for start in range(0, max(len(whole) - _WINDOW + 1, 0), 1 << 16):
        part = whole[start : start + (1 << 16) + _WINDOW - 1]
        if len(part) < _WINDOW:
            return
        # A byte that is its neighbour's again is one distinct value less: most windows go here.
        again = np.append(part[1:] == part[:-1], False)
        places = np.flatnonzero(
            np.convolve(again, np.ones(_WINDOW, np.int64), "valid") <= _WINDOW - _LEAST_DISTINCT
        )
        windows = np.lib.stride_tricks.sliding_window_view(part, _WINDOW)[places]
        distinct = 1 + (np.diff(np.sort(windows, axis=1), axis=1) != 0).sum(axis=1)
        for at in places[distinct >= _LEAST_DISTINCT]:
            yield bytes(part[at : at + _WINDOW])


def field_elements(data: bytes) -> Iterator[bytes]:
    """Yield every field element that may lie in the data as the tag's limbs."""
    words = np.frombuffer(data[: len(data) // 4 * 4], np.uint32)
    is_limb = (words < 1 << _LIMB_BITS + 1).astype(np.int64)
    full = np.convolve(is_limb, np.ones(_LIMBS, np.int64), "valid") == _LIMBS
    for at in np.flatnonzero(full):
        limbs = [int(word) for word in words[at : at + _LIMBS]]
        if len(set(limbs)) > _LIMBS // 2:
            value = sum(limb << (_LIMB_BITS * i) for i, limb in enumerate(limbs))
            yield (value % _PRIME).to_bytes(32, "little")


def without_public(windows: Iterable[bytes], public: list[bytes]) -> set[bytes]:
    """Return the windows that are in nothing that everybody may see."""
    seen = {data[at : at + _WINDOW] for data in public for at in range(len(data) - _WINDOW + 1)}
    return set(windows) - seen


class Loot:
    """Sealed envelopes with their batches, and what a secret must fit to open one of them."""

    def __init__(
        self, sealed: list[bytes], plain: list[bytes], public_keys: list[bytes], newest: int = 0
    ) -> None:
        """Take envelopes in their order; trials that cost much are on the `newest` only (0: all).

        What leads to a content secret, an AES key or an ephemeral key is always tried on all.
        """
        self._read = [envelope.parse(data) for data in sealed]
        self._newest = self._read[-newest:]
        self._plain = plain
        self._public_keys = {envelope.kid_of(key): key for key in public_keys}
        self._commits = {read.header.commit for read in self._read}
        self._encs = {blob[:32] for read in self._read for _, blob in read.wrapped}

    def opens(self, secret: bytes) -> str | None:
        """Return as what the 32 bytes open an envelope, or None."""
        for name, trial in (
            ("content secret", self._is_content_secret),
            ("key material of the commit", self._is_prk),
            ("AES key", self._is_aes_key),
            ("ephemeral or recipient's private key", self._is_private_key),
            ("an ephemeral key's material", self._is_ephemeral_material),
            ("random bytes of a content secret", self._is_random),
            ("a shared secret of HPKE", self._is_shared),
        ):
            if trial(secret):
                return name
        return None

    def opens_as_point(self, secret: bytes) -> str | None:
        """Return whether the 32 bytes are a Diffie-Hellman result of an envelope."""
        return "a Diffie-Hellman result" if self._is_diffie_hellman(secret) else None

    def _is_content_secret(self, secret: bytes) -> bool:
        return self._is_prk(hmac.digest(bytes(32), secret, "sha256"))

    def _is_prk(self, secret: bytes) -> bool:
        return hmac.digest(secret, envelope.COMMIT_INFO + b"\x01", "sha256") in self._commits

    def _is_aes_key(self, secret: bytes) -> bool:
        block = (
            Cipher(algorithms.AES(secret), modes.ECB()).encryptor().update((2).to_bytes(16, "big"))
        )
        for read, plain in zip(self._read, self._plain):
            if all(a ^ b == c for a, b, c in zip(block, read.ciphertext, plain[:8])):
                AESGCM(secret).decrypt(bytes(12), read.ciphertext, read.header_bytes)
                return True
        return False

    def _is_private_key(self, secret: bytes) -> bool:
        public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
        return public in self._encs or envelope.kid_of(public) in self._public_keys

    def _is_ephemeral_material(self, secret: bytes) -> bool:
        return self._is_private_key(ephemeral_of(secret))

    def _is_random(self, secret: bytes) -> bool:
        for read, plain in zip(self._newest, self._plain[-len(self._newest) :]):
            hedge = read.header.encode_without_commit() + hashlib.sha256(plain).digest()
            if self._is_content_secret(hmac.digest(secret, hedge, "sha256")):
                return True
        return False

    def _is_shared(self, secret: bytes) -> bool:
        """HPKE's shared secret, or what its schedule makes of it first."""
        prks = (extract(SUITE, secret, b"secret", b""), secret)
        return any(_unwraps(read, prk) for read in self._newest for prk in prks)

    def _is_diffie_hellman(self, secret: bytes) -> bool:
        for read in self._newest:
            for kid, blob in read.wrapped:
                shared = shared_of(secret, blob[:32], self._public_keys[kid])
                if _unwraps(read, extract(SUITE, shared, b"secret", b"")):
                    return True
        return False


_NO_PSK = b"\0" + extract(SUITE, b"", b"psk_id_hash", b"")


def ephemeral_of(material: bytes) -> bytes:
    """Return the private key that DeriveKeyPair makes of its material (section 7.1.3)."""
    return expand(KEM, extract(KEM, b"", b"dkp_prk", material), b"sk", b"")


def shared_of(dh: bytes, enc: bytes, public_key: bytes) -> bytes:
    """Return the KEM's shared secret of a Diffie-Hellman result (section 4.1)."""
    return expand(KEM, extract(KEM, b"", b"eae_prk", dh), b"shared_secret", enc + public_key)


def limbs_of(element: bytes) -> bytes:
    """Return a field element's bytes as the tag's limbs lie in memory."""
    value = int.from_bytes(element, "little")
    limbs = [value >> (_LIMB_BITS * i) & (1 << _LIMB_BITS) - 1 for i in range(_LIMBS)]
    return np.array(limbs, np.uint32).tobytes()


def _unwraps(read: envelope.Envelope, prk: bytes) -> bool:
    info = envelope.wrap_info(read.header_bytes)
    context = _NO_PSK + extract(SUITE, b"", b"info_hash", info)
    cipher = AESGCM(expand(SUITE, prk, b"key", context))
    nonce = expand(SUITE, prk, b"base_nonce", context, 12)
    for _, blob in read.wrapped:
        try:
            cipher.decrypt(nonce, blob[32:], b"")
        except InvalidTag:
            continue
        return True
    return False


def plain_of(opened) -> bytes:
    """Return the batch's bytes of what was opened."""
    read = opened.batch
    return batch.encode(read.kind, read.policy_version, read.week, read.records)
