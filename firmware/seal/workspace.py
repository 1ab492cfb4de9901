"""What the long computations work in: made once, so that a batch leaves next to no garbage.

One computation at a time: two generators that are advanced in turn need a workspace each. After
use it holds secrets until wipe(), which spares the signing key.
"""

from seal.field25519 import Powers, zero
from seal.limbs25519 import copy

_LADDER_ELEMENTS = 11
_HASHING = ("seal.sha512",)
_MULTIPLYING = ("seal.edwards25519", "seal.edwards25519_table")


class Workspace:
    """About 5 KiB on the tag. `signing_key` is what an earlier one had left.

    What hashes for a signature comes with its code when it is asked for, and so does what
    multiplies. `forget(names)` drops modules: with it, only one of the two is there at a time.
    """

    def __init__(self, signing_key=None, forget=None):
        self._nothing = zero()
        self._forget = forget
        self.powers = Powers()
        self.ladder = tuple(zero() for _ in range(_LADDER_ELEMENTS))
        self.ladder_points = self.ladder[:5]
        self._scalars = self._hasher = self._multiplier = None
        # ed25519's, of the last seed that signed
        self.signing_key: tuple[bytes, bytes, bytes, bytes] | None = signing_key

    def forget(self, names):
        """Drop modules that are not needed any more, if that was asked for."""
        if self._forget is not None:
            self._forget(names)

    @property
    def scalars(self):
        """Return the Scalars."""
        if self._scalars is None:
            from seal.scalar25519 import Scalars

            self._scalars = Scalars()
        return self._scalars

    @property
    def hasher(self):
        """Return SHA-512's Hasher."""
        if self._hasher is None:
            self._leave()
            from seal.sha512 import Hasher

            self._hasher = Hasher()
        return self._hasher

    @property
    def multiplier(self):
        """Return a (Point, Selection) for multiples of the base point."""
        if self._multiplier is None:
            self._leave()
            from seal.edwards25519 import Point, Selection

            self._multiplier = Point(), Selection()
        return self._multiplier

    def wipe(self):
        """Leave nothing of what was computed, but for the signing key; nor any code."""
        self._wipe(self.powers.elements)
        self._wipe(self.ladder)
        if self._scalars is not None:
            self._scalars.wipe()
            self._scalars = None
        self._wipe_parts()
        self.forget(_HASHING + _MULTIPLYING)

    def _leave(self):
        """Make room for the other of the two."""
        if self._forget is not None:
            self._wipe_parts()
            self._forget(_HASHING + _MULTIPLYING)

    def _wipe_parts(self):
        if self._hasher is not None:
            self._hasher.wipe()
        if self._multiplier is not None:
            point, selection = self._multiplier
            self._wipe(point.elements)
            selection.wipe()
        self._hasher = self._multiplier = None

    def _wipe(self, elements):
        for element in elements:
            copy(element, self._nothing)
