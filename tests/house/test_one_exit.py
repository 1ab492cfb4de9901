"""R11 on the source: who makes records that hold a place, who writes text, what exceptions say."""

import ast
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).parents[2] / "firmware"
FILES = sorted(FIRMWARE.rglob("*.py"))
PLACES = {"coarse", "precise", "located"}


def name_of(path: Path) -> str:
    return str(path.relative_to(FIRMWARE))


def calls(path: Path):
    """Yield (module or None, name) of each call in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield None, node.func.id
            elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                yield node.func.value.id, node.func.attr


def test_disclosure_alone_makes_records_that_hold_a_place():
    makers = {
        name_of(path)
        for path in FILES
        for module, name in calls(path)
        if module == "record" and name in PLACES
    }
    assert makers == {"tag/disclosure.py"}


def test_nothing_but_the_root_prints():
    printers = {name_of(path) for path in FILES if (None, "print") in set(calls(path))}
    assert printers <= {"main.py"}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_an_exception_says_constant_words(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                assert is_constant(argument), f"line {node.lineno}"


def is_constant(node) -> bool:
    """Return whether it is a constant, the sum of two, or a name that stands for one."""
    if isinstance(node, ast.BinOp):
        return is_constant(node.left) and is_constant(node.right)
    if isinstance(node, ast.Name):
        return node.id.isupper() or node.id in ("rule", "code")  # what require() is told
    return isinstance(node, ast.Constant)


def test_a_mac_is_compared_in_one_place_in_constant_time():
    """docs/SEALING.md says so; the dock once had a comparison of its own."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                compared = [node.left, *node.comparators]
                names = {getattr(one, "attr", getattr(one, "id", "")) for one in compared}
                assert "mac" not in names, name_of(path)
