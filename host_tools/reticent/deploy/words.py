"""MicroPython's own words: no name of the firmware that is among them is renamed.

Whatever MicroPython's own code looks up by name is a string of its build. So the interpreter of
the unix port is asked which of our names it knows before it has read any of them; what a chip
knows beyond that (`machine`, `network`, `rp2`) is taken from the mocked modules, which are strict:
they have all that the firmware uses.
"""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

from reticent.sim.interpreter import micropython_command

_MOCK = Path(__file__).parents[1] / "sim" / "mock"
# dir() names a name as the interpreter's string number: those of its build come first.
_ASK = """
import sys
class Names: pass
setattr(Names, "a_name_that_no_build_has", 0)
names = sys.stdin.read().split()
for name in names:
    setattr(Names, name, 0)
ids = {name: id(name) for name in dir(Names)}
print(" ".join(name for name in names if ids[name] < ids["a_name_that_no_build_has"]))
"""


def known(names: set[str]) -> set[str]:
    """Return those of the names that MicroPython knows, on the unix port or on the chip."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [*micropython_command("1m"), "-c", _ASK],
        input=" ".join(sorted(names)),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split()) | names & _chip_words()


def _chip_words() -> set[str]:
    """Return the mocked modules' public names, methods and arguments."""
    found: set[str] = set()
    for path in sorted(_MOCK.glob("*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                    found.add(name)
                case _:
                    pass
        for body in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
            found.update(_assigned(body))
    return {name for name in found if not name.startswith("_")}


def _assigned(node: ast.Module | ast.ClassDef) -> set[str]:
    targets = [part for one in node.body if isinstance(one, ast.Assign) for part in one.targets]
    return {
        part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)
    }
