"""Short names in the place of the firmware's own: each name is a string in the tag's heap.

A name is ours if the firmware binds it and MicroPython does not know it: whatever MicroPython
looks up by name is a string in MicroPython. Within a module two names never become one, and a name
that one module says of another's things becomes the same in both; so the renamed program is the
program, and the map turns it back. What no other module can reach takes short names that all use
again.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from keyword import iskeyword
from string import ascii_letters, digits

from reticent.deploy.program import Program, bound, module_names, spelled


@dataclass
class Names:
    """What became of the names: program-wide, and in each module; the old name to the new."""

    shared: dict[str, str] = field(default_factory=dict[str, str])
    own: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def of(self, module: str) -> dict[str, str]:
        """Return all of a module's."""
        return self.shared | self.own[module]

    def back(self, module: str) -> dict[str, str]:
        """Return what a module's short names stand for."""
        return {new: old for old, new in self.of(module).items()}


def plan(program: Program, kept: set[str], free: Iterator[str]) -> Names:
    """Choose the names; `kept` are MicroPython's and those that somebody outside uses."""
    kept = kept | module_names(program)
    ours = _ours(program, kept)
    spellings = {module: set(spelled(tree)) & ours for module, tree in program.items()}
    times = Counter(name for names in spellings.values() for name in names)
    crossing = {name for tree in program.values() for name in _crossing(tree)}
    shared = sorted(ours & (_tied(program) | {n for n in crossing if times[n] > 1}))
    own = {module: sorted(names.difference(shared)) for module, names in spellings.items()}
    reused = [next(free) for _ in range(max(map(len, own.values())))]
    names = Names({name: next(free) for name in shared})
    names.own = {module: dict(zip(list_, reused, strict=False)) for module, list_ in own.items()}
    return names


def _ours(program: Program, kept: set[str]) -> set[str]:
    names = {name for tree in program.values() for name in bound(ast.walk(tree))}
    others = kept | {name for tree in program.values() for name in _from_outside(tree, program)}
    return {name for name in names - others if not name.startswith("__")}


def _from_outside(tree: ast.Module, program: Program) -> set[str]:
    """Return what is imported from modules that are not the program's."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module not in program:
                found |= {alias.name for alias in names}
            case ast.Import(names=names):
                found |= {alias.name for alias in names if alias.name not in program}
            case _:
                pass
    return found


def _crossing(tree: ast.Module) -> Iterator[str]:
    """Yield the names by which a module may reach into another, or be reached.

    Not those of its own variables, functions and classes, nor attributes of `self` alone.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self")):
                pass
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.alias():
                yield from bound([node])
                yield from node.name.split(".")
            case _:
                pass


def _tied(program: Program) -> set[str]:
    """Return the names that may meet another module's in one object.

    Set on an object that is another's, or in a class that inherits from another module's.
    """
    tied: set[str] = set()
    for tree in program.values():
        imported = {
            n for node in ast.walk(tree) if _is_import(node) for n in bound(ast.walk(node))
        }
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id="self")):
                    pass
                case ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
                    tied.add(name)
                case ast.ClassDef(bases=bases) if imported & _in(bases):
                    tied |= _in([node])
                case _:
                    pass
    return tied


def _in(nodes: list[ast.expr] | list[ast.ClassDef]) -> set[str]:
    return {name for node in nodes for name in spelled(node)}


def _is_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def short(program: Program) -> Iterator[str]:
    """Yield short names: none that the program spells, no keyword."""
    taken = {name for tree in program.values() for name in spelled(tree)}
    seconds = ascii_letters + digits
    for letters in (*ascii_letters, *map("".join, product(ascii_letters, seconds))):
        if letters not in taken and not iskeyword(letters):
            yield letters
    raise OverflowError  # 3,000 names


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Rename in each field that spells a name."""
        for name in ("id", "attr", "arg", "name", "asname"):
            old = getattr(node, name, None)
            if isinstance(old, str):
                setattr(node, name, self._names.get(old, old))
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self._names.get(old, old) for old in node.names]
        return super().generic_visit(node)


def rename(program: Program, names: Names) -> None:
    """Rename throughout."""
    for module, tree in program.items():
        _Renamer(names.of(module)).visit(tree)
