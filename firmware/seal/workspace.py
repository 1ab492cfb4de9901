"""What the long computations work in: made once, so that a batch leaves next to no garbage.

One computation at a time: two generators that are advanced in turn need a workspace each. After
use it holds secrets until wipe(), which spares the signing key.
"""

from seal.edwards25519 import Point, Selection
from seal.field25519 import Powers, zero
from seal.limbs25519 import copy
from seal.scalar25519 import Scalars

_LADDER_ELEMENTS = 11


class Workspace:
    """About 5 KiB on the tag. `signing_key` is what an earlier one had left."""

    def __init__(self, signing_key=None):
        self._nothing = zero()
        self.powers = Powers()
        self.ladder = tuple(zero() for _ in range(_LADDER_ELEMENTS))
        self.ladder_points = self.ladder[:5]
        self.point = Point()
        self.selection = Selection()
        self.scalars = Scalars()
        self._hasher = None
        # ed25519's, of the last seed that signed
        self.signing_key: tuple[bytes, bytes, bytes, bytes] | None = signing_key

    @property
    def hasher(self):
        """The signature's SHA-512, with its code: loaded when it is asked for, X25519 has none."""
        if self._hasher is None:
            from seal.sha512 import Hasher

            self._hasher = Hasher()
        return self._hasher

    def wipe(self):
        """Leave nothing of what was computed, but for the signing key."""
        for elements in (self.powers.elements, self.ladder, self.point.elements):
            for element in elements:
                copy(element, self._nothing)
        self.selection.wipe()
        self.scalars.wipe()
        if self._hasher is not None:
            self._hasher.wipe()
