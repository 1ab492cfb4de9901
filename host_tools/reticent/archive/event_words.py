"""What an event's value means, in words: the classes that firmware/tag/events.py numbers."""

from __future__ import annotations

from reticent.tagcode import events

_SPEEDS = ("over 100 m/s", "over 1 km/s", "over 10 km/s")
_LOST = ("the receiver talks", "the receiver is silent")


def value_words(code: int, value: int) -> str:
    """Return a value in words; a value that is no class of its event stays a number."""
    least, most = events.CLASSES.get(code, (value + 1, value))
    return _WORDS[code](value) if least <= value <= most else str(value)


def _lost(value: int) -> str:
    return _LOST[value - 1]


def _jump(value: int) -> str:
    return f"a speed of {_SPEEDS[value - 1]} would be needed"


def _jam(value: int) -> str:
    return f"all signals fell together by {4 * value} dB or more"


def _spoof(value: int) -> str:
    jump, spread_db = divmod(value, 10)
    return f"{_jump(jump)}; all signals within {spread_db} dB of each other"


def _jam_over(value: int) -> str:
    return f"after less than {1 << value} min"


def _found(value: int) -> str:
    return f"{value} slot{'' if value == 1 else 's'} later"


_WORDS = {
    events.FIX_LOST: _lost,
    events.FIX_FOUND: _found,
    events.JUMP: _jump,
    events.JAM_SUSPECTED: _jam,
    events.SPOOF_SUSPECTED: _spoof,
    events.JAM_OVER: _jam_over,
}
