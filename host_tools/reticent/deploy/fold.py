"""Integers that have a name in the source are literals on the tag, in whichever module.

A module-level name that is bound once, to an integer, a boolean or None, costs an entry of the
module's dictionary and a string on the chip, and more code wherever it is used.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from reticent.deploy.program import Program, bound, local_name

Value = int | bool | None
Constants = dict[tuple[str, str], Value]  # (module, name)

_MOST = 1 << 30  # from here on an integer is an object on the heap: made once, and with a name
_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[int], int]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


_FOLDED = (ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp)


class NotConstant(Exception):
    """An expression that is not made of constants alone."""


class Scope:
    """One module's view of the constants: its own, and those of the modules that it imports."""

    def __init__(self, module: str, program: Program, constants: Constants) -> None:
        self._module = module
        self._constants = constants
        nodes = list(ast.walk(program[module]))
        self._once = {name for name, times in bound(nodes).items() if times == 1}
        self._modules: dict[str, str] = {}  # local name -> module
        self._names: dict[str, tuple[str, str]] = {}  # local name -> (module, its name there)
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._take(node, program)

    def _take(self, node: ast.Import | ast.ImportFrom, program: Program) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                if alias.asname or "." not in alias.name:
                    self._modules[local_name(alias)] = alias.name
            elif f"{node.module}.{alias.name}" in program:
                self._modules[local_name(alias)] = f"{node.module}.{alias.name}"
            else:
                self._names[local_name(alias)] = str(node.module), alias.name

    def is_own(self, name: str) -> bool:
        """Return whether this is bound at one place of the module only."""
        return name in self._once

    def imported(self) -> list[tuple[str, ast.expr]]:
        """Return the names that are another module's, as if they were assigned."""
        return [(name, ast.Name(name, ast.Load())) for name in self._names]

    def value(self, node: ast.expr) -> Value:
        """Return what a name or an attribute stands for; NotConstant."""
        key = None
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in self._once:
                key = self._names.get(name, (self._module, name))
            case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Load()):
                if name in self._modules:
                    key = self._modules[name], attr
            case _:
                pass
        if key not in self._constants:
            raise NotConstant
        return self._constants[key]


def evaluate(node: ast.expr, scope: Scope) -> Value:
    """Return the value of an expression of constants; NotConstant."""
    match node:
        case ast.Constant(value=bool() | int() | None as value):
            return value
        case ast.Call(func=ast.Name(id="const"), args=[inner]):
            return evaluate(inner, scope)
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_number(operand, scope))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_number(left, scope), _number(right, scope))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return _COMPARE[type(op)](evaluate(left, scope), evaluate(right, scope))
        case ast.BoolOp(op=op, values=parts):
            known = [evaluate(part, scope) for part in parts]
            ends = [one for one in known if bool(one) is isinstance(op, ast.Or)]
            return ends[0] if ends else known[-1]
        case _:
            return scope.value(node)


def _number(node: ast.expr, scope: Scope) -> int:
    value = evaluate(node, scope)
    if value is None:
        raise NotConstant
    return value


def _find(program: Program, scopes: dict[str, Scope], constants: Constants) -> None:
    """Find the constants; those that are made of others as well."""
    before = -1
    while len(constants) != before:
        before = len(constants)
        for module, tree in program.items():
            scope = scopes[module]
            own = [pair for node in tree.body for pair in _assigned(node)]
            for name, value in own + scope.imported():
                _note(constants, module, name, value, scope)


def _assigned(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return [(name, value)]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=value):
            pairs = zip(names, values(value), strict=False)
            return [(name.id, one) for name, one in pairs if isinstance(name, ast.Name)]
        case _:
            return []


def values(node: ast.expr) -> list[ast.expr]:
    """Return the expressions of a tuple or of a range of literals; [] of anything else."""
    match node:
        case ast.Tuple(elts=values):
            return values
        case ast.Call(func=ast.Name(id="range"), args=[*limits]):
            if all(isinstance(limit, ast.Constant) for limit in limits):
                numbers = range(*(ast.literal_eval(limit) for limit in limits))
                return [ast.Constant(number) for number in numbers]
            return []
        case _:
            return []


def _note(constants: Constants, module: str, name: str, node: ast.expr, scope: Scope) -> None:
    if not scope.is_own(name):
        return
    try:
        value = evaluate(node, scope)
    except NotConstant:
        return
    if value is None or abs(value) < _MOST:
        constants[module, name] = value


class _Folder(ast.NodeTransformer):
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Put the value in a constant expression's place; drop branches that none comes to."""
        super().generic_visit(node)
        _end_at_return(node)
        if isinstance(node, _FOLDED):
            try:
                return _literal(evaluate(node, self._scope))
            except NotConstant:
                return node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.args[0] if _is_const(node) else node
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """Return the one that is taken, where that is known."""
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        return node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Return the branch that is taken, where that is known."""
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return (node.body if node.test.value else node.orelse) or ast.Pass()
        return node


def _end_at_return(node: ast.AST) -> None:
    """Drop what stands behind a return in the same block."""
    body = getattr(node, "body", None)
    if isinstance(body, list):
        ends = [at for at, one in enumerate(body) if isinstance(one, ast.Return | ast.Raise)]
        del body[ends[0] + 1 if ends else len(body) :]


def _is_const(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "const"


def _literal(value: Value) -> ast.expr:
    if isinstance(value, int) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def fold(program: Program) -> Constants:
    """Put literals in the constants' places, throughout; return what they were."""
    constants: Constants = {}
    scopes = {module: Scope(module, program, constants) for module in program}
    _find(program, scopes, constants)
    for module, tree in program.items():
        program[module] = _Folder(scopes[module]).visit(tree)
    return constants
