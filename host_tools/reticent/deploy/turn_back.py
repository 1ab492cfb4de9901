"""A traceback of a deployed build, with the source's names: the map on the command line, text in.

A development build names files and lines; the functions' short names are turned back by its map.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

_FRAME = re.compile(r'(File "(?P<file>[\w/]+)\.py", line \d+, in )(?P<name>\w+)')


def turn_back(text: str, names: dict[str, Any]) -> str:
    """Return the text with the function of each frame as the source calls it."""

    def replaced(frame: re.Match[str]) -> str:
        module = frame["file"].replace("/", ".").removesuffix(".__init__")
        own = names["shared"] | names["modules"].get(module, {})
        back = {new: old for old, new in own.items()}
        return frame[1] + back.get(frame["name"], frame["name"])

    return _FRAME.sub(replaced, text)


if __name__ == "__main__":
    sys.stdout.write(turn_back(sys.stdin.read(), json.loads(Path(sys.argv[1]).read_text())))
