"""The wearer's own key: a file, 24 words on paper (BIP-39) or a QR code; and its public half.

The words are the key itself: its 32 bytes as entropy, with BIP-39's checksum of 8 bits, so that a
word that was misread shows. No wallet's derivation is in between.
"""

from __future__ import annotations

from pathlib import Path

import segno
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from mnemonic import Mnemonic

from reticent.errors import BadInput
from reticent.files import read_text
from reticent.tagcode import order_limits
from reticent.texts import parse_toml

_KEY_SIZE = 32
_WORDS = 24


def public_of(key: X25519PrivateKey) -> bytes:
    """Return the 32 bytes that an order names."""
    return key.public_key().public_bytes_raw()


def pem(key: X25519PrivateKey) -> bytes:
    """Return what stands in the key's file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def to_words(key: X25519PrivateKey) -> str:
    """Return the key as 24 English words."""
    return Mnemonic("english").to_mnemonic(key.private_bytes_raw())


def from_words(text: str) -> X25519PrivateKey:
    """Return the key of 24 words; BadInput says which word is none, or that they do not fit."""
    words = text.lower().split()
    if len(words) != _WORDS:
        raise BadInput(f"{len(words)} words; a key has {_WORDS}")
    known = Mnemonic("english")
    for place, word in enumerate(words, 1):
        if word not in known.wordlist:
            raise BadInput(f"word {place} is none of the list; look at it again")
    try:
        raw = bytes(known.to_entropy(words))
    except ValueError:
        raise BadInput(
            "the words' checksum is wrong: one is misread, or two are swapped"
        ) from None
    return X25519PrivateKey.from_private_bytes(raw)


def drawn(key: X25519PrivateKey) -> bytes:
    """Return the words as a QR code, an SVG."""
    return segno.make(to_words(key), error="m").svg_inline(scale=4).encode()


def public_text(key: X25519PrivateKey) -> str:
    """Return the text of the file that goes to the agency."""
    return f'wearer = "{public_of(key).hex()}"\n'


def read_public(path: Path) -> bytes:
    """Return the public key in a file of public_text()."""
    try:
        key = bytes.fromhex(str(parse_toml(read_text(path))["wearer"]))
    except (KeyError, ValueError):
        key = b""
    if len(key) != _KEY_SIZE:
        raise BadInput(f"{path}: not a wearer's public key; reticent wearer-key makes one")
    if not order_limits.is_recipients_key(key):
        raise BadInput(f"{path}: a key to which nothing can be sealed; have another one made")
    return key
