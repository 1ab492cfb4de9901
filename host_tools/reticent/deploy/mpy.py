"""What a compiled module (.mpy, version 6) holds: MicroPython's py/persistentcode.c writes it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_STATIC = 1  # bit of a name's length: the name is one of MicroPython's own, by its number
_TUPLE = 10
_WITHOUT_DATA = (0, 1, 2, 3, 4)  # function table, None, False, True, Ellipsis
_TEXTS = (5, 6)  # str and bytes end with a zero byte
_BYTECODE, _NATIVE, _VIPER, _ASSEMBLER = range(4)
_NAME_BYTES = 2  # in the heap's table of them
# An RP2040's RAM, where each object of the heap begins at a multiple of 16 (data sheet, 2.2).
_RAM = range(0x2000_0000, 0x2004_0000, 16)


@dataclass
class Module:
    """Sizes in bytes; `names` are those that are not among MicroPython's static ones.

    A function is (whether its code is the machine's, its code).
    """

    names: list[str] = field(default_factory=list[str])
    constants: int = 0
    functions: list[tuple[bool, bytes]] = field(default_factory=list[tuple[bool, bytes]])
    end: int = 0  # where reading ended

    @property
    def bytecode(self) -> int:
        """Return the bytes of bytecode."""
        return sum(len(code) for is_native, code in self.functions if not is_native)

    @property
    def native(self) -> int:
        """Return the bytes of machine code."""
        return sum(len(code) for is_native, code in self.functions if is_native)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 4  # behind magic, version, flags, bits of a small int

    @property
    def at(self) -> int:
        """Return where it is."""
        return self._at

    def take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def uint(self) -> int:
        value = 0
        while True:
            byte = self.take(1)[0]
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value


def read(data: bytes) -> Module:
    """Return what is in a .mpy file."""
    reader, module = _Reader(data), Module()
    names, objects = reader.uint(), reader.uint()
    for _ in range(names):
        size = reader.uint()
        if not size & _STATIC:
            module.names.append(reader.take((size >> 1) + 1)[:-1].decode())
    for _ in range(objects):
        module.constants += _object(reader)
    _code(reader, module)
    module.end = reader.at
    return module


def ends_on_block(data: bytes, march: str) -> bool:
    """Return whether a module's table of names fills its blocks of the heap, with nothing behind.

    Its pointer to what is behind, a table of constants that it has none of, is then the address of
    the next block (MicroPython, py/emitglue.c, mp_module_context_alloc_tables). The collector
    keeps what begins there as long as the module: a secret could not be scrubbed.
    """
    word, block = (8, 32) if march == "x64" else (4, 16)
    reader = _Reader(data)
    names, constants = reader.uint(), reader.uint()
    words = -(-names * _NAME_BYTES // word)
    return not constants and words * word % block == 0


def false_pointers(data: bytes) -> list[int]:
    """Return the words of a .mpy file's ARMv6-M code that may be an object's address in the heap.

    The collector takes them for pointers, and keeps what begins there as long as the code.
    """
    return [word for word in _machine_words(read(data)) if word in _RAM]


def _machine_words(module: Module) -> Iterator[int]:
    for is_native, code in module.functions:
        if is_native:
            for (word,) in struct.iter_unpack("<I", code[: len(code) & ~3]):
                yield word


def _object(reader: _Reader) -> int:
    kind = reader.take(1)[0]
    if kind in _WITHOUT_DATA:
        return 0
    size = reader.uint()
    if kind == _TUPLE:
        return sum(_object(reader) for _ in range(size))
    reader.take(size + (kind in _TEXTS))
    return size


def _code(reader: _Reader, module: Module) -> None:
    head = reader.uint()
    kind, has_children, size = head & 3, head & 4, head >> 3
    module.functions.append((kind != _BYTECODE, reader.take(size)))
    if kind == _NATIVE:
        reader.uint()  # where its prelude begins
    elif kind in (_VIPER, _ASSEMBLER):
        reader.uint()  # flags
        if kind == _ASSEMBLER:
            reader.uint()
            reader.uint()
    for _ in range(reader.uint() if has_children else 0):
        _code(reader, module)
