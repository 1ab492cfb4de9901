"""What is wrong with an order, told so that its writer finds the place and the mend."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from reticent.errors import BadInput


class OrderFault(BadInput):
    """A fault at one key of the order; whoever has the order's file adds its name and line."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for a word near a known one, else the known ones."""
    names = sorted(known)
    close = get_close_matches(word, names, 1, 0.6)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known: {', '.join(names)}" if len(names) <= 12 else ""
