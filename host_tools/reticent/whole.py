"""The type of an option that is a whole number: 1.5 weeks are refused, not rounded."""

from __future__ import annotations

import re
from typing import Annotated

from cyclopts import Parameter, Token

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


def _whole(_type: object, tokens: tuple[Token, ...]) -> int:
    value = tokens[0].value
    if _WHOLE.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no whole number")
    return int(value)


Whole = Annotated[int, Parameter(converter=_whole)]
