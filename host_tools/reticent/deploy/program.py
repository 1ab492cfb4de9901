"""The firmware as one program: the syntax trees of its modules, by dotted name."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from reticent.errors import ReticentError

Program = dict[str, ast.Module]

# With these a name can be used that is nowhere spelled as one.
_CALLS = {"getattr", "setattr", "hasattr", "globals", "locals", "vars", "dir", "eval", "exec"}
_UNFIT = _CALLS | {"__dict__", "__name__", "__qualname__", "__slots__", "namedtuple"}
_SPELLING = (
    ast.Name,
    ast.Attribute,
    ast.arg,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.ExceptHandler,
    ast.keyword,
    ast.alias,
    ast.ImportFrom,
    ast.Global,
    ast.Nonlocal,
)


class Unfit(ReticentError):
    """The program does what no renaming can follow."""


def parse(sources: dict[str, str]) -> Program:
    """Return the program of these modules; Unfit where it looks names up by their text."""
    program = {name: ast.parse(source, name) for name, source in sources.items()}
    for name, tree in program.items():
        unfit = _UNFIT & set(spelled(tree))
        if unfit:
            raise Unfit(f"{name}: uses {', '.join(sorted(unfit))}: its names cannot be shortened")
    return program


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Yield each identifier as often as it is spelled; a dotted import in its parts."""
    for node in ast.walk(tree):
        if isinstance(node, _SPELLING):
            yield from _of_node(node)


def spelled(tree: ast.AST) -> Counter[str]:
    """Return how often each identifier is spelled."""
    return Counter(identifiers(tree))


def bound(nodes: Iterable[ast.AST]) -> Counter[str]:
    """Return how often these nodes bind each name: defined, assigned, imported, an argument."""
    names: Counter[str] = Counter()
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute):
            if not isinstance(node.ctx, ast.Load):
                names.update(_of_node(node))
        elif isinstance(node, ast.alias):
            names[local_name(node)] += 1
        elif isinstance(node, _SPELLING) and not isinstance(
            node, ast.keyword | ast.ImportFrom | ast.Global | ast.Nonlocal
        ):
            names.update(_of_node(node))
    return names


def local_name(alias: ast.alias) -> str:
    """Return the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def module_names(program: Program) -> set[str]:
    """Return the names of modules and packages, whole and in parts."""
    parts = {part for name in program for part in name.split(".")}
    return set(program) | parts


def _of_node(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.keyword(arg=str(name)):
            yield name
        case ast.alias(name=name, asname=other):
            yield from name.split(".")
            if other:
                yield other
        case ast.ImportFrom(module=str(name)):
            yield from name.split(".")
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case _:
            pass
