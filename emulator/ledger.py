"""What the tag's heap is taken by, on an emulated Pico: each module's import, then each part made.

`make emulate UF2=... ARGS=--ledger`. main.py is run with a look at the heap behind each of its
statements; nothing else is changed. Bytes are of what stays: garbage is collected before a look.
"""

from __future__ import annotations

import ast
from pathlib import Path

from emulated import EmulatedTag, Machine

from reticent.deploy import mpy
from reticent.deploy.build import MAIN, MARCH, build, imported
from reticent.errors import Finding
from reticent.sim.image import read_image
from reticent.sim.tag import firmware_sources, read_board

_FIRST = "MicroPython, and this program"
_LOOK = f"""
import gc, micropython
last = [0]
def look(what):
    gc.collect()
    print("#", gc.mem_alloc() - last[0], gc.mem_free(), what)
    gc.collect()
    last[0] = gc.mem_alloc()
look({_FIRST!r})
"""
_FUNCTIONS = ("work", "live")
_SHOWN = 40  # characters of a statement
_MS = 20_000
_HEAD = f"{'':42}{'taken':>8}{'free':>8}{'file':>8}{'code':>8}{'native':>8}{'const':>8}{'func':>6}"


def instrumented(source: str, modules: list[str]) -> str:
    """Return main.py with a look behind each import and each statement of what joins the tag."""
    tree = ast.parse(source)
    found = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for name in _FUNCTIONS:  # KeyError: main.py joins the tag elsewhere now
        found[name].body = [part for one in found[name].body for part in _looked(one)]
    loads = "".join(f"__import__({name!r})\nlook({name!r})\n" for name in ["asyncio", *modules])
    return f"{_LOOK}{loads}micropython.qstr_info()\n{ast.unparse(tree)}\n"


def _looked(node: ast.stmt) -> list[ast.stmt]:
    text = " ".join(ast.unparse(node).split())
    if isinstance(node, ast.Return | ast.If | ast.Expr) and not text.startswith("await orders"):
        return [node]
    return [node, *ast.parse(f"look({text[:_SHOWN]!r})").body]


def ledger(folder: Path, machine: Machine, volume: Path) -> list[str]:
    """Boot the tag of a volume, which has its order; return the table's lines."""
    sources = firmware_sources(read_board("pico"), 0)
    made = build(sources, MARCH, traces=False)
    modules = imported(made.small.program, [MAIN])[:-1]
    sources[MAIN] = instrumented(sources[MAIN], modules)
    instrument = build(sources, MARCH, traces=False)
    folder.mkdir(parents=True, exist_ok=True)
    tag = EmulatedTag(folder, machine, 0)
    own = {path: d for path, d in read_image(volume).items() if not path.startswith("lib/")}
    tag.write(own | instrument.files)
    tag.start(_MS)
    lines = [line for line in tag.console().splitlines() if line.startswith(("# ", "qstr"))]
    boots = [at for at, line in enumerate(lines) if line.endswith(_FIRST)]
    if not boots:
        raise Finding(f"the tag looked at no heap: {folder / 'console.txt'}")
    lines = lines[: boots[1] if len(boots) > 1 else len(lines)]
    return [_HEAD, *(_row(line, made.files) for line in lines), _sums(made.files, modules)]


def _row(line: str, files: dict[str, bytes]) -> str:
    if not line.startswith("# "):
        return line
    _, taken, free, what = line.split(" ", 3)
    head = f"{what:42}{taken:>8}{free:>8}"
    return head + _sizes([data for data in (_file(files, what),) if data is not None])


def _file(files: dict[str, bytes], module: str) -> bytes | None:
    path = "lib/" + module.replace(".", "/")
    return files.get(f"{path}.mpy") or files.get(f"{path}/__init__.mpy")


def _sums(files: dict[str, bytes], modules: list[str]) -> str:
    found = [_file(files, module) for module in modules]
    return f"{'all modules that stay':58}" + _sizes([data for data in found if data is not None])


def _sizes(files: list[bytes]) -> str:
    if not files:
        return ""
    read = [mpy.read(data) for data in files]
    sizes = (
        sum(map(len, files)),
        sum(module.bytecode for module in read),
        sum(module.native for module in read),
        sum(module.constants for module in read),
    )
    functions = sum(len(module.functions) for module in read)
    return "".join(f"{size:8}" for size in sizes) + f"{functions:6}"
