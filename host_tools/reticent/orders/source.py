"""An order's TOML file: its fields, and on which line each stands, for messages."""

from __future__ import annotations

import re
from pathlib import Path

from reticent.errors import BadInput
from reticent.files import read_text
from reticent.texts import parse_toml

_AT_LINE = re.compile(r"(.*) \(at line (\d+), column \d+\)")


class Source:
    """A TOML file that was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        text = read_text(path)
        self._lines = text.splitlines()
        try:
            self.fields: dict[str, object] = parse_toml(text)
        except ValueError as error:
            raise BadInput(self._located(str(error))) from None

    def at(self, key: str) -> str:
        """Return FILE:LINE of a key (`key` or `table.key`), of its table, or else FILE alone."""
        table, _, name = key.rpartition(".")
        here, table_line = "", 0
        for number, line in enumerate(self._lines, 1):
            if head := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
                here = head[1]
                table_line = number if here == (table or name) else table_line
            elif here == table and re.match(rf"""\s*["']?{re.escape(name)}["']?\s*=""", line):
                return f"{self.path}:{number}"
        return f"{self.path}:{table_line}" if table_line else str(self.path)

    def _located(self, message: str) -> str:
        if found := _AT_LINE.fullmatch(message):
            return f"{self.path}:{found[2]}: not TOML: {found[1]}"
        return f"{self.path}: not TOML: {message}"
