"""Texts of others: TOML and JSON that are wrong are bad input; what a terminal is shown."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TOO_DEEP, _TOO_LONG = "nested too deep", "a number is too long"


def parse_toml(text: str) -> dict[str, object]:
    """Return a TOML text's table; ValueError says in words what is wrong."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except ValueError:  # Python's own bound on a number's digits
        raise ValueError(_TOO_LONG) from None


def parse_json(
    text: str,
    parse_float: Callable[[str], Any] | None = None,
    parse_constant: Callable[[str], Any] | None = None,
) -> object:
    """Return a JSON text's value; JSONDecodeError for whatever is wrong."""
    try:
        return json.loads(text, parse_float=parse_float, parse_constant=parse_constant)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise json.JSONDecodeError(_TOO_DEEP, text, 0) from None
    except ValueError:
        raise json.JSONDecodeError(_TOO_LONG, text, 0) from None


def shown(text: str) -> str:
    """Return a text for a terminal: what would move its cursor or change its colour is spelled."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
