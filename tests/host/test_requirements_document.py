"""docs/REQUIREMENTS.md has every requirement that is spoken of, and names what is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "REQUIREMENTS.md").read_text()
ROWS = re.findall(r"^\| R(\d+) \|.*\| (.+) \|$", TEXT, re.M)


def test_the_rows_are_numbered_through_and_each_says_what_shows_it():
    assert [int(number) for number, _ in ROWS] == list(range(1, 30))
    for number, shown in ROWS:
        assert "`" in shown or ".md" in shown or "**" in shown, number


def test_every_file_that_is_named_is_there():
    named = set(re.findall(r"(?:tests|bench)/[\w/.-]+\.py", TEXT))
    named |= {f"docs/{name}" for name in re.findall(r"\]\(([A-Z-]+\.md)\)", TEXT)}
    assert len(named) > 25
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_requirement_that_a_document_names_is_there():
    known = {f"R{number}" for number, _ in ROWS}
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        named = set(re.findall(r"\b(R[1-9]\d?)\b(?![,\w])", path.read_text()))
        assert named <= known, (path.name, named - known)
