"""What makes the firmware small: the program that runs is the program that is read."""

import ast
import json
import struct

import pytest

from reticent.bench.fetch import OPEN
from reticent.deploy import build as deploy
from reticent.deploy import fold, mpy, rename, unused
from reticent.deploy.program import Unfit, bound, identifiers, parse
from reticent.deploy.turn_back import turn_back
from reticent.deploy.words import known
from reticent.sim.image import compile_module
from reticent.sim.tag import firmware_sources, read_board
from reticent.tagcode import FIRMWARE


@pytest.fixture(scope="module")
def sources():
    return firmware_sources(read_board("pico_w"), 1_772_323_200)


@pytest.fixture(scope="module")
def made(sources):
    return deploy.small(sources)


def texts(program):
    return {module: ast.unparse(tree) for module, tree in program.items()}


def folded(sources):
    """Return the program before its names are shortened."""
    program = parse(sources)
    kept = deploy.kept_names(program)
    fold.fold(program)
    unused.drop(program, kept, deploy.ROOTS)
    return program


class Back(ast.NodeTransformer):
    """Turns names back, written apart from what renamed: by a walk over every field of a tree."""

    def __init__(self, module, made):
        self.names = made.names.back(module)
        self.module, self.locals, self.function = module, made.local_names, None
        self.path = [module]

    def visit(self, node):
        is_class, is_function = (
            isinstance(node, ast.ClassDef),
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef),
        )
        outermost = is_function and self.function is None
        if is_class or outermost:
            self.path.append(self.names.get(node.name, node.name))
        if outermost:
            self.function = {new: old for old, new in self.locals[".".join(self.path)].items()}
        for field, value in ast.iter_fields(node):
            if isinstance(value, str) and field in ("id", "attr", "arg", "name", "asname"):
                own = self.function or {}
                is_attribute = field == "attr" or isinstance(node, ast.keyword)
                is_own = value in own and not is_attribute and not (outermost and field == "name")
                setattr(node, field, own[value] if is_own else self.names.get(value, value))
        self.generic_visit(node)
        if is_class or outermost:
            self.path.pop()
        if outermost:
            self.function = None
        return node


def test_the_map_turns_every_module_back(sources, made):
    before = texts(folded(sources))
    assert before.keys() == made.program.keys()
    for module, text in texts(made.program).items():
        tree = Back(module, made).visit(ast.parse(text))
        for node in ast.walk(tree):
            if isinstance(node, ast.alias) and node.asname == node.name:
                node.asname = None
        assert ast.unparse(tree) == before[module], module


def test_no_two_names_of_a_module_become_one(made):
    for module in made.program:
        names = made.names.of(module)
        assert len(set(names.values())) == len(names), module
        assert not set(names.values()) & set(names), module


def test_what_micropython_knows_keeps_its_name(sources, made):
    program = parse(sources)
    words = known({name for tree in program.values() for name in identifiers(tree)})
    assert {"sleep_ms", "readinto", "rxbuf", "partition", "any", "baudrate"} & words
    for module in made.program:
        assert not set(made.names.of(module)) & words, module


def test_what_a_host_spells_at_the_dock_is_there(made):
    spelled = set(identifiers(ast.parse(OPEN))) - {"dock", "machine", "WDT", "timeout"}
    there = {name for tree in made.program.values() for name in identifiers(tree)}
    assert spelled <= there
    methods = bound(ast.walk(made.program["duty.dock"]))
    assert {"numbers", "envelope", "take_acks", "wants", "bring"} <= set(methods)


def test_the_map_is_json_of_old_names_to_new(sources):
    made = deploy.build(sources, "armv6m", traces=False)
    content = json.loads(made.small.map())
    assert content["shared"]["FormatError"] == made.small.names.shared["FormatError"]
    assert content["constants"]["tag.events.CLOCK"] == 6
    assert "tag.grid.bounds_udeg" in content["dropped"]


CASES = (
    ({"a": "X = 3\ny = X + 1"}, "a", "X = 3\ny = 4"),
    ({"a": "X = const(1 << 4)\ndef f():\n    return X | 1"}, "a", "def f():\n    return 17"),
    ({"a": "X = 3\ndef f(X):\n    return X"}, "a", "X = 3\ndef f(X):\n    return X"),
    ({"a": "X = 3\nX = 4\ny = X"}, "a", "X = 3\nX = 4\ny = X"),
    ({"a": "A, B = range(2)", "b": "import a\ny = a.B"}, "b", "import a\ny = 1"),
    ({"a": "A = -1", "b": "from a import A", "c": "from b import A as Z\ny = Z"}, "c", "y = -1"),
    ({"a": "X = False\nif X:\n    y = 1\nelse:\n    y = 2"}, "a", "y = 2"),
    ({"a": "X = None\ny = 1 if X is None else 2"}, "a", "y = 1"),
    ({"a": "X = None\nif X is None and X == None:\n    y = 1"}, "a", "y = 1"),
    ({"a": "X = 0\ny = X or z"}, "a", "y = 0 or z"),
    ({"a": "X = 1 << 40\ny = X"}, "a", "X = 1099511627776\ny = X"),
    ({"a": "def f():\n    return 1\n    g()"}, "a", "def f():\n    return 1"),
)


@pytest.mark.parametrize(("modules", "module", "wanted"), CASES)
def test_constants_stand_where_they_are_used(modules, module, wanted):
    program = parse(modules)
    fold.fold(program)
    lines = ast.unparse(program[module]).splitlines()
    for line in wanted.splitlines():
        assert line in lines, lines


def test_names_that_may_meet_in_one_object_are_never_the_same():
    program = parse(
        {
            "base": "class Base:\n    def __init__(self):\n        self.first_thing = 1",
            "sub": "from base import Base\nclass Sub(Base):\n"
            "    def go(self):\n        self.second_thing = 2",
            "other": "def mark(thing):\n    thing.third_thing = 3",
        }
    )
    names = rename.plan(program, set(), rename.short(program))
    new = [names.of("base")["first_thing"], names.of("sub")["second_thing"]]
    assert len({*new, names.of("other")["third_thing"]}) == 3


@pytest.mark.parametrize("text", ["getattr(x, 'a')", "x.__dict__['a']", "eval('a')"])
def test_a_program_that_looks_names_up_by_text_is_refused(text):
    with pytest.raises(Unfit):
        parse({"a": text})


def test_a_traceback_is_turned_back_by_the_map(made):
    short = made.names.of("duty.orders")["take_events"]
    text = f'  File "duty/orders.py", line 7, in {short}\nMemoryError: in {short}\n'
    turned = turn_back(text, json.loads(made.map()))
    assert turned == f'  File "duty/orders.py", line 7, in take_events\nMemoryError: in {short}\n'


UNUSED = (
    ({"main": "import a\na.f()", "a": "def f():\n    pass\ndef g():\n    f()"}, {"a.g"}),
    ({"main": "from a import f\nf()", "a": "from b import f", "b": "def f():\n    pass"}, set()),
    (
        {
            "main": "import a, b\na.f()\nb.h()",
            "a": "def f():\n    pass\ndef h():\n    pass",
            "b": "def h():\n    pass",
        },
        {"a.h"},
    ),
    ({"main": "import a\nx = a\nx.f()", "a": "def f():\n    pass"}, set()),
    (
        {
            "main": "import a\na.C().m()",
            "a": "class C:\n    def m(s):\n        pass\n    def n(s):\n        pass",
        },
        {"a.n"},
    ),
    (
        {"main": "import a\na.f()", "a": "def f():\n    pass", "b": "def g():\n    pass"},
        {"b.g", "b"},
    ),
    ({"main": "import a\na.f()", "a": "x = g()\ndef f():\n    pass"}, set()),
)


@pytest.mark.parametrize(("modules", "gone"), UNUSED)
def test_what_nothing_names_goes_and_nothing_else(modules, gone):
    assert set(unused.drop(parse(modules), {"append"}, {"main"})) == gone


@pytest.mark.parametrize("march", ["armv6m", "x64"])
def test_no_module_keeps_the_block_behind_its_names(sources, march):
    files = deploy.build(sources, march, traces=False).files
    held = [
        path
        for path, code in files.items()
        if path.endswith(".mpy") and mpy.ends_on_block(code, march)
    ]
    assert not held


def test_what_looks_like_a_pointer_in_machine_code_is_listed_for_the_tag(sources):
    files = deploy.build(sources, deploy.MARCH, traces=False).files
    held = struct.unpack(f"<{len(files[deploy.HELD]) // 4}I", files[deploy.HELD])
    assert list(held) == sorted(set(held))
    assert 0x2001_E000 in held  # "b" over one instruction, "movs r0, #1": how a comparison ends
    for path, code in files.items():
        if path.endswith(".mpy"):
            assert set(mpy.false_pointers(code)) <= set(held), path


@pytest.mark.parametrize("module", ["tag/gnss", "tag/near", "seal/sha512", "wire/cbor"])
def test_a_compiled_module_is_read_to_its_last_byte(tmp_path, module):
    target = tmp_path / "module.mpy"
    compile_module(FIRMWARE / f"{module}.py", target, module, "armv6m")
    data = target.read_bytes()
    read = mpy.read(data)
    assert read.end == len(data)
    assert read.native > 4 * read.bytecode if module == "tag/near" else read.bytecode > 400
