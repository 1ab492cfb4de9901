"""Short names for arguments and variables: each function's own, so all take the same few.

An argument that a call names somewhere keeps its name here; rename.py treats it as any other.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reticent.deploy.program import Program, bound

Locals = dict[str, dict[str, str]]  # module.function -> old name -> new

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def by_keyword(program: Program) -> set[str]:
    """Return the argument names that calls spell."""
    return {
        str(node.arg)
        for tree in program.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
    }


def rename(program: Program, kept: set[str], short: Iterator[str]) -> Locals:
    """Rename the variables of all functions; `kept` are words that must stay. Return the map.

    A function that is inside another is treated as a part of it.
    """
    kept = kept | by_keyword(program)
    taken: list[str] = []
    found: Locals = {}
    for module, tree in program.items():
        ours = _module_level(tree)
        for name, function in _outermost(tree, module):
            names = sorted(_bound_inside(function) - ours - kept)
            taken += [next(short) for _ in range(len(names) - len(taken))]
            mapped = dict(zip(names, taken, strict=False))
            for part in _inside(function):
                _Locals(mapped).visit(part)
            found[name] = mapped
    return found


def _module_level(tree: ast.Module) -> set[str]:
    """Return what is bound outside of functions, and what functions say is global."""
    names = set(bound(_outside(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            names.update(node.names)
    return names


def _outside(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that are neither in a function nor in a class; those two, but empty."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _Function | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def _outermost(tree: ast.Module | ast.ClassDef, name: str) -> Iterator[tuple[str, _Function]]:
    for node in tree.body:
        if isinstance(node, _Function):
            yield f"{name}.{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _outermost(node, f"{name}.{node.name}")


def _inside(function: _Function) -> list[ast.AST]:
    """Return the parts of a function in which its variables are seen."""
    return [function.args, *function.body]


def _bound_inside(function: _Function) -> set[str]:
    names: set[str] = set()
    for part in _inside(function):
        for node in ast.walk(part):
            if not isinstance(node, ast.Attribute):
                names.update(_bound_by(node))
    return names


def _bound_by(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            return {name}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return {name}
        case ast.ExceptHandler(name=str(name)):
            return {name}
        case ast.alias(name=name, asname=other):
            return {other or name}
        case _:
            return set()


class _Locals(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def _rename(self, node: ast.AST, name: str) -> None:
        old = getattr(node, name)
        setattr(node, name, self._names.get(old, old))

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Rename wherever a variable is spelled; attributes are none."""
        match node:
            case ast.Name():
                self._rename(node, "id")
            case ast.arg():
                self._rename(node, "arg")
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ExceptHandler():
                self._rename(node, "name")
            case ast.alias():
                new = self._names.get(node.asname or node.name)
                node.asname = new or node.asname
            case ast.Nonlocal():
                node.names = [self._names.get(old, old) for old in node.names]
            case _:
                pass
        return super().generic_visit(node)
