"""The dependency rule of DESIGN.md section 2, checked on the source: who may import whom."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
HOST = ROOT / "host_tools" / "reticent"

PLAIN = {"struct", "binascii", "hashlib", "array"}
FREE = PLAIN | {"micropython"}
ALLOWED = {
    "wire": PLAIN | {"wire"},
    "tag": FREE | {"wire", "tag"},
    "seal": FREE | {"wire", "cryptolib", "seal"},
    "store": FREE | {"os", "wire", "store"},
    "uplink": FREE | {"wire", "asyncio", "uplink"},
    "duty": FREE | {"asyncio", "gc", "sys", "wire", "tag", "seal", "store", "uplink", "duty"},
    "hal": FREE
    | {"machine", "network", "rp2", "os", "time", "asyncio", "socket", "ssl", "gc", "hal"},
}
FILES = sorted(path for layer in ALLOWED for path in (FIRMWARE / layer).rglob("*.py"))
ROOT_FILES = {"boot.py", "main.py", "build_info.py"}


def imported(path: Path) -> set[str]:
    """Return the top-level names of the modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports do not exist here"
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_layer_imports_only_what_it_may(path):
    layer = path.relative_to(FIRMWARE).parts[0]
    assert imported(path) <= ALLOWED[layer], imported(path) - ALLOWED[layer]


def test_every_layer_is_checked():
    layers = {path.name for path in FIRMWARE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert layers == set(ALLOWED)
    assert {path.name for path in FIRMWARE.glob("*.py")} == ROOT_FILES


@pytest.mark.parametrize("path", sorted((ROOT / "boards").rglob("board.py")), ids=name_of)
def test_a_board_is_data_only(path):
    assert imported(path) == set()


def test_the_host_never_imports_the_tags_cryptography():
    for path in HOST.rglob("*.py"):
        assert "seal" not in imported(path), path


def test_the_host_reaches_the_tags_modules_through_one_module():
    # The last two run on MicroPython, beside the firmware, and have no reticent to import.
    own = {"tagcode.py", "on_tag.py", "answer.py"}
    for path in HOST.rglob("*.py"):
        if path.name not in own and "mock" not in path.parts:
            assert not imported(path) & set(ALLOWED), path


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.parent.name in ("tag", "wire")], ids=name_of
)
def test_pure_code_has_no_floats(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"line {node.lineno}: a float"
        if isinstance(node, ast.BinOp | ast.AugAssign):
            assert not isinstance(node.op, ast.Div), f"line {node.lineno}: use // on scaled ints"
