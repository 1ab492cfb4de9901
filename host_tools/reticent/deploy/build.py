"""From the firmware's sources to the files on a tag's flash."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from reticent.deploy import fold, local, rename, unused
from reticent.deploy.program import Program, parse, spelled
from reticent.deploy.words import known
from reticent.sim.image import compile_module

MAIN, BOOT = "main", "boot"
MARCH = "armv6m"  # every board in boards/ is an RP2040
_DOCK = "duty.dock"  # what `reticent fetch` calls by name
_DOCK_NAMES = {"Dock", "OUTBOX_BLOCKS"}
ROOTS = {MAIN, BOOT, _DOCK, "board"}
_FINAL = 3  # mpy-cross -O: no line numbers
# Of a .mpy file: where its count of names stands, and what a name takes of the heap.
_MPY_COUNTS, _NAME_BYTES = 4, 2
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


def ends_on_block(code: bytes, march: str) -> bool:
    """Return whether a module's table of names fills its blocks of the heap, with nothing behind.

    Its pointer to what is behind, a table of constants that it has none of, is then the address of
    the next block (MicroPython, py/emitglue.c, mp_module_context_alloc_tables). The collector
    keeps what begins there as long as the module: a secret could not be scrubbed.
    """
    word, block = (8, 32) if march == "x64" else (4, 16)
    name_count, at = _number(code, _MPY_COUNTS)
    constant_count, _ = _number(code, at)
    words = -(-name_count * _NAME_BYTES // word)
    return not constant_count and words * word % block == 0


def _number(code: bytes, at: int) -> tuple[int, int]:
    """Return (the number that begins there, seven bits a byte, what follows it)."""
    value = 0
    while code[at] & 0x80:
        value = value << 7 | code[at] & 0x7F
        at += 1
    return value << 7 | code[at], at + 1


def _compile(source: str, name: str, march: str, *, traces: bool) -> bytes:
    code = _compiled(source, name, march, traces=traces)
    for builtin in _PADDING:
        if not ends_on_block(code, march):
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
