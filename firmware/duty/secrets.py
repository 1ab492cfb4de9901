"""The tag's secrets on flash: the generator's seed, the identity key, the hidden offset."""

import struct

from seal import ed25519
from seal.drbg import Drbg
from seal.hmac import hmac_sha256
from seal.steps import run
from store import files
from tag import grid
from tag.policy import PolicyError
from wire import FormatError
from wire.envelope import kid_of

FOLDER = "/secrets"
_SEED, _IDENTITY, _OFFSET = FOLDER + "/seed", FOLDER + "/identity", FOLDER + "/offset"
_PUBLIC = "/identity.pub"
_OFFSET_FORM = "<iiI"  # row, column, cell_m


def start_generator(fresh):
    """Return this boot's generator; the seed on flash is replaced before the first use.

    `fresh` are bytes of entropy drawn at this boot.
    """
    seed = files.read(_SEED)
    if seed is None:
        raise FormatError  # never personalised
    files.replace(_SEED, hmac_sha256(seed, b"next"))
    return Drbg(hmac_sha256(seed, (b"run", fresh)))


def has_identity():
    """Return whether this tag has made its identity key: no later boot is its first."""
    return files.read(_IDENTITY) is not None


def load_identity(drbg):
    """Return (Ed25519 seed, tag id); the tag makes its own key, and only the public one leaves."""
    seed = files.read(_IDENTITY)
    if seed is None:
        seed = drbg.generate(32)
        files.replace(_IDENTITY, seed)
    public = files.read(_PUBLIC)
    if public is None:
        public = run(ed25519.public_key(seed))
        files.replace(_PUBLIC, public)
    return seed, kid_of(public)


def load_offset(cell_m, drbg):
    """Return the hidden offset, drawn at the first order and kept; another cell_m is refused."""
    stored = files.read(_OFFSET)
    if stored is None:
        raw = drbg.generate(8)
        row, col = _draw_offset(raw[:4]), _draw_offset(raw[4:])
        files.replace(_OFFSET, struct.pack(_OFFSET_FORM, row, col, cell_m))
        return row, col
    row, col, kept_m = struct.unpack(_OFFSET_FORM, stored)
    if kept_m != cell_m:
        raise PolicyError("cell_m changed without release")
    return row, col


def _draw_offset(raw):
    """Return an offset, uniform in half a cell either way, from four random bytes."""
    return (int.from_bytes(raw, "big") & (2 * grid.HALF_CELL - 1)) - grid.HALF_CELL
