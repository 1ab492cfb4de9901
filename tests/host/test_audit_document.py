"""docs/AUDIT.md lists the codes that the audit has, each with its severity and rule."""

import re
from pathlib import Path

from reticent.archive.audit_codes import CODES

TEXT = (Path(__file__).parents[2] / "docs" / "AUDIT.md").read_text()


def test_every_code_stands_in_the_table_as_the_program_has_it():
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| .+ \| [EOIKL, ]+ \| (.+) \|$", TEXT, re.M)
    assert rows == [(name, code.severity, code.rule) for name, code in CODES.items()]
