"""The tag's secrets: the generator's state, the identity key, the hidden offset.

They are one record in two flash blocks that are overwritten in place (store/blocks.py): LittleFS
would leave each old state in a free block. Only the public identity key is in a file.
"""

from duty import overlay
from seal.drbg import Drbg
from seal.hmac import hmac_sha256
from seal.steps import run
from store import files
from tag import grid
from tag.policy import CELL_CHANGED, PolicyError
from wire import FormatError, vault
from wire.envelope import kid_of

FOLDER = "/secrets"
_PUBLIC = "/identity.pub"


class Secrets:
    """Over a store.blocks.BlockPair; FormatError where the tag was never personalised."""

    def __init__(self, blocks):
        record = blocks.load()
        if record is None:
            raise FormatError  # never personalised
        self._blocks = blocks
        self._vault = vault.decode(record)

    def start_generator(self, fresh):
        """Return this boot's generator; its state on flash is replaced before the first use.

        `fresh` are bytes of entropy drawn at this boot. Once a boot.
        """
        state = self._vault.state
        self._vault.state = hmac_sha256(state, b"next")
        self._save()
        return Drbg(hmac_sha256(state, (b"run", fresh)))

    def has_identity(self):
        """Return whether this tag has made its identity key: no later boot is its first."""
        return self._vault.identity is not None

    def load_identity(self, drbg, feed=None):
        """Return (Ed25519 seed, tag id); the tag makes the key, and only the public one leaves.

        `feed` is called in between, for the watchdog.
        """
        if self._vault.identity is None:
            self._vault.identity = drbg.generate(vault.SEED_BYTES)
            self._save()
        public = files.read(_PUBLIC)
        if public is None:
            from seal import ed25519

            public = run(ed25519.public_key(self._vault.identity), feed)
            del ed25519
            overlay.drop()
            files.replace(_PUBLIC, public)
        return self._vault.identity, kid_of(public)

    def load_offset(self, cell_m, drbg):
        """Return the hidden offset (row, column) in fractions of a cell.

        It is drawn at the first order and kept through every later one until release();
        PolicyError where cell_m is another than then.
        """
        if self._vault.offset is None:
            raw = drbg.generate(8)
            self._vault.offset = _draw_offset(raw[:4]), _draw_offset(raw[4:]), cell_m
            self._save()
        row, col, kept_m = self._vault.offset
        if kept_m != cell_m:
            raise PolicyError("cell_m changed without release", CELL_CHANGED)
        return row, col

    def kept_cell_m(self):
        """Return the cell_m of the hidden offset, or None before the first order."""
        return None if self._vault.offset is None else self._vault.offset[2]

    def release(self):
        """Forget the hidden offset: the tag leaves its wearer. It is nowhere on the flash then."""
        if self._vault.offset is not None:
            self._vault.offset = None
            self._save()

    def _save(self):
        self._blocks.store(self._vault.encode())


def _draw_offset(raw):
    """Return an offset, uniform in half a cell either way, from four random bytes."""
    return (int.from_bytes(raw, "big") & (2 * grid.HALF_CELL - 1)) - grid.HALF_CELL
