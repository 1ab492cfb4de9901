"""docs/THREAT-MODEL.md names tests and documents that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "THREAT-MODEL.md").read_text()


def test_every_file_that_is_named_is_there():
    named = set(re.findall(r"(?:tests|docs|bench|firmware)/[\w/.-]+\.(?:py|md|json)", TEXT))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_test_that_is_named_is_there():
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    sources = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 10
    assert [name for name in sorted(named) if f"def {name}(" not in sources] == []


def test_every_claim_is_shown_or_marked_as_argued():
    tables = re.findall(r"^\| claim \| shown by \|\n\| --- \| --- \|\n((?:\|.*\n)+)", TEXT, re.M)
    claims = [row for table in tables for row in table.splitlines()]
    assert len(claims) > 25
    for row in claims:
        shown = row.rsplit(" | ", 1)[1]
        assert "`" in shown or "docs/" in shown or "*argued*" in shown, row
