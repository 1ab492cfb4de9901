"""What nothing on the tag calls is not on the tag: helpers of the host's, folded constants.

A function, class or value of a module goes when neither the module itself nor one that imports it
names it; a method when its name stands nowhere else in the program.
"""

from __future__ import annotations

import ast
from collections import Counter

from reticent.deploy import fold
from reticent.deploy.program import Program, local_name, spelled

_ALL = "*"


def drop(program: Program, kept: set[str], roots: set[str]) -> list[str]:
    """Remove what is not used, and modules that nothing imports; return what it was.

    `kept` are names that somebody outside may use, `roots` modules that are run or imported so.
    """
    dropped: list[str] = []
    while True:
        found = _round(program, kept, roots)
        for module in set(program) - _reached(program, roots):
            del program[module]
            found.append(module)
        if not found:
            return sorted(dropped)
        dropped += found


def _round(program: Program, kept: set[str], roots: set[str]) -> list[str]:
    own = {module: spelled(tree) for module, tree in program.items()}
    counts: Counter[str] = Counter()
    for names in own.values():
        counts.update(names)
    for module, name in _passed_on(program):
        if module in own:
            own[module][name] += 1
    found: list[str] = []
    used = _used(program)
    for module, tree in program.items():
        names = None if module in roots or (module, _ALL) in used else used
        cleaner = _Cleaner(module, counts, own[module], kept, names)
        cleaner.visit(tree)
        found += cleaner.dropped
    return found


def _used(program: Program) -> set[tuple[str, str]]:
    """Return (module, name) of what is named: in its own module, or by one that imports it.

    (module, "*") where a module itself is handed about.
    """
    used: set[tuple[str, str]] = set()
    for module, tree in program.items():
        nodes = list(ast.walk(tree))
        modules: dict[str, str] = {}
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    modules[local_name(alias)] = f"{node.module}.{alias.name}"
                    used.add((str(node.module), alias.name))
            elif isinstance(node, ast.Import):
                modules |= {local_name(alias): alias.name for alias in node.names}
        bases = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        for node in nodes:
            match node:
                case ast.Attribute(value=ast.Name(id=base), attr=name) if base in modules:
                    used.add((modules[base], name))
                case ast.Name(id=name, ctx=ast.Load()):
                    used.add((module, name))
                    if name in modules and id(node) not in bases:
                        used.add((modules[name], _ALL))
                case _:
                    pass
    return used


def _passed_on(program: Program) -> set[tuple[str, str]]:
    """Return (module, name) of what others import from a module: it may be another's still."""
    return {
        (str(node.module), alias.name)
        for tree in program.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


class _Cleaner(ast.NodeTransformer):
    def __init__(
        self,
        module: str,
        counts: Counter[str],
        own: Counter[str],
        kept: set[str],
        used: set[tuple[str, str]] | None,
    ) -> None:
        self._module, self._counts, self._own, self._kept = module, counts, own, kept
        self._used = used  # None: by spelling
        self.dropped: list[str] = []

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self._clean(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self._clean(node)
        return node

    def _clean(self, node: ast.Module | ast.ClassDef) -> None:
        in_class = isinstance(node, ast.ClassDef)
        node.body = [kept for one in node.body for kept in self._keep(one, in_class)]
        if not node.body and in_class:
            node.body = [ast.Pass()]
        for one in node.body:
            if isinstance(one, ast.ClassDef):
                self._clean(one)

    def _keep(self, node: ast.stmt, in_class: bool) -> list[ast.stmt]:
        match node:
            case ast.Expr(value=ast.Constant()):
                return []  # a docstring
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                return self._if_used(name, node, in_class)
            case ast.ClassDef(name=name):
                return self._if_used(name, node, in_class)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_pure(value):
                return self._if_used(name, node, in_class)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if not in_class:
                values = fold.values(value)
                return self._pairs(names, values) if len(names) == len(values) else [node]
            case ast.Import() | ast.ImportFrom():
                return self._imports(node)
            case _:
                return [node]

    def _pairs(self, names: list[ast.expr], values: list[ast.expr]) -> list[ast.stmt]:
        kept: list[ast.stmt] = []
        for name, value in zip(names, values, strict=True):
            kept += self._keep(ast.Assign([name], value, lineno=0), False)
        return kept

    def _imports(self, node: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
        # The alias itself is one spelling; with `as`, the name that is bound is another.
        def times(alias: ast.alias) -> int:
            holder = node.module if isinstance(node, ast.ImportFrom) else None
            parts = [*alias.name.split("."), holder or ""]
            name = local_name(alias)
            own = sum(part == name for word in parts for part in word.split("."))
            return own + (alias.asname is not None)

        node.names = [alias for alias in node.names if self._own[local_name(alias)] > times(alias)]
        return [node] if node.names else []

    def _if_used(self, name: str, node: ast.stmt, in_class: bool) -> list[ast.stmt]:
        if in_class or self._used is None:
            is_used = name in self._kept or self._counts[name] > 1
        else:
            is_used = (self._module, name) in self._used
        if is_used or (name.startswith("__") and name.endswith("__")):
            return [node]
        self.dropped.append(f"{self._module}.{name}")
        return []


def _is_pure(node: ast.expr) -> bool:
    """Return whether an expression only names and makes values."""
    values = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.Dict, ast.List, ast.Set)
    harmless = (*values, ast.Load, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
    return all(isinstance(part, harmless) for part in ast.walk(node))


def _reached(program: Program, roots: set[str]) -> set[str]:
    """Return the modules that are imported from the roots on, or named in a string."""
    reached: set[str] = set()
    waiting = [root for root in roots if root in program]
    while waiting:
        module = waiting.pop()
        if module in reached:
            continue
        reached.add(module)
        parents = [module.rpartition(".")[0]]
        waiting += [name for name in parents + _named(program[module]) if name in program]
    return reached


def _named(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names += [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(module), names=aliases):
                names += [module] + [f"{module}.{alias.name}" for alias in aliases]
            case ast.Constant(value=str(text)):
                names.append(text)
            case _:
                pass
    return names
