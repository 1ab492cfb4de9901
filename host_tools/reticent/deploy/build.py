"""From the firmware's sources to the files on a tag's flash."""

from __future__ import annotations

import ast
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from reticent.deploy import fold, local, mpy, rename, unused
from reticent.deploy.program import Program, parse, spelled
from reticent.deploy.words import known
from reticent.sim.image import compile_module

MAIN, BOOT = "main", "boot"
HELD = "lib/held"
MARCH = "armv6m"  # every board in boards/ is an RP2040
_DOCK = "duty.dock"  # what `reticent fetch` calls by name
_DOCK_NAMES = {"Dock", "OUTBOX_BLOCKS"}
ROOTS = {MAIN, BOOT, _DOCK, "board"}
_FINAL = 3  # mpy-cross -O: no line numbers
_PADDING = "any", "bool", "chr", "dict", "divmod", "enumerate", "filter", "float", "hash"


@dataclass(frozen=True)
class Small:
    """The program that is to run, and what became of the names."""

    program: Program
    names: rename.Names
    local_names: local.Locals  # of functions, by their old names
    constants: fold.Constants
    dropped: list[str]

    def map(self) -> str:
        """Return the map back to the source, as JSON."""
        constants = {f"{module}.{name}": v for (module, name), v in self.constants.items()}
        content = {
            "shared": self.names.shared,
            "modules": self.names.own,
            "functions": self.local_names,
            "constants": constants,
            "dropped": self.dropped,
        }
        return json.dumps(content, indent=1, sort_keys=True)


@dataclass(frozen=True)
class Build:
    """The files by their path on the flash, and the map back."""

    files: dict[str, bytes]
    small: Small


def read_sources(firmware: Path) -> dict[str, str]:
    """Return all modules of the firmware by dotted name; a package by its own."""
    paths = {path: path.relative_to(firmware) for path in sorted(firmware.rglob("*.py"))}
    return {
        ".".join(name.with_suffix("").parts).removesuffix(".__init__"): path.read_text()
        for path, name in paths.items()
    }


def kept_names(program: Program) -> set[str]:
    """Return the names that are not ours alone: MicroPython's, and what a host spells."""
    spelled_names = {name for tree in program.values() for name in spelled(tree)}
    return known(spelled_names) | _dock(program)


def small(sources: dict[str, str]) -> Small:
    """Return the program that is to run: constants folded, unused code gone, names short."""
    program = parse(sources)
    kept = kept_names(program)
    constants = fold.fold(program)
    dropped = unused.drop(program, kept, ROOTS)
    free = rename.short(program)
    local_names = local.rename(program, {"self"}, free)
    variables = {new for mapped in local_names.values() for new in mapped.values()}
    names = rename.plan(program, kept | variables, free)
    rename.rename(program, names)
    return Small(program, names, local_names, constants, dropped)


def build(sources: dict[str, str], march: str, *, traces: bool) -> Build:
    """Return a build for a march; `traces` keeps line numbers and files' names in it."""
    return _build(tuple(sorted(sources.items())), march, traces)


@lru_cache(maxsize=8)
def _build(items: tuple[tuple[str, str], ...], march: str, traces: bool) -> Build:
    sources = dict(items)
    packages = {name.rpartition(".")[0] for name in sources}
    made = small(sources)
    files: dict[str, bytes] = {}
    for module, source in _texts(made.program):
        if module in (MAIN, BOOT):
            files[f"{module}.py"] = source.encode()
            continue
        path = module.replace(".", "/") + ("/__init__" if module in packages else "")
        files[f"lib/{path}.mpy"] = _compile(source, f"{path}.py", march, traces=traces)
    files[HELD] = _held(files, march)
    return Build(files, made)


def imported(program: Program, roots: list[str]) -> list[str]:
    """Return the modules that are imported as the roots are, each behind what it needs."""
    order: list[str] = []

    def walk(name: str) -> None:
        if name not in program or name in order:
            return
        if "." in name:
            walk(name.partition(".")[0])
        for node in program[name].body:
            if isinstance(node, ast.ImportFrom):
                walk(str(node.module))
            if isinstance(node, ast.Import | ast.ImportFrom):
                holder = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
                for alias in node.names:
                    walk(holder + alias.name)
        order.append(name)

    for root in roots:
        walk(root)
    return order


def _dock(program: Program) -> set[str]:
    """Return the names that a host spells at the dock."""
    methods = (node.name for node in ast.walk(program[_DOCK]) if isinstance(node, ast.FunctionDef))
    return _DOCK_NAMES | {name for name in methods if not name.startswith("_")}


def _texts(program: Program) -> Iterator[tuple[str, str]]:
    for module, tree in program.items():
        yield module, ast.unparse(tree) + "\n"


def _held(files: dict[str, bytes], march: str) -> bytes:
    """Return what hal/held.py reads: the words of machine code that look like addresses."""
    modules = [code for path, code in files.items() if path.endswith(".mpy")]
    words = {word for code in modules if march == MARCH for word in mpy.false_pointers(code)}
    return struct.pack(f"<{len(words)}I", *sorted(words))


def _compile(source: str, name: str, march: str, *, traces: bool) -> bytes:
    code = _compiled(source, name, march, traces=traces)
    for builtin in _PADDING:
        if not mpy.ends_on_block(code, march):
            break
        source += f"{builtin}\n"
        code = _compiled(source, name, march, traces=traces)
    return code


def _compiled(source: str, name: str, march: str, *, traces: bool) -> bytes:
    with TemporaryDirectory() as temporary:
        path, target = Path(temporary) / "module.py", Path(temporary) / "module.mpy"
        path.write_text(source)
        options = () if traces else (f"-O{_FINAL}",)
        compile_module(path, target, name if traces else ".", march, options)
        return target.read_bytes()
