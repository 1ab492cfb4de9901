"""rp2: the flash as a block device over a host file, with NOR's rules, costs and a power cut.

An erase sets a 4 KiB block to 0xFF, a program of a 256-byte page only clears bits. Both keep
interrupts off. Each erase and each page is one operation; the armed one is torn: a part of it is
done (world.cut_keeps 256ths), and power is gone. A stuck block takes neither; a worn one, erased
more often than world.endurance, keeps some bits clear. LittleFS reads back and finds both.
"""

import clock as _clock
import world as _world

_BLOCK = 4096
_PAGE = 256
_EIO = -5
_ERASE_US = 45_000
_PROGRAM_US = 700
_ERASED_PAGE = b"\xff" * _PAGE
_WORN_PAGE = b"\xff\xfe" * (_PAGE // 2)

_page = bytearray(_PAGE)
_block_count = _world.board["flash_blocks"]
_erases = bytearray(2 * _block_count)  # 16 bits a block, little-endian
_conflicts = 0


def _operation(us):
    """Let one operation take its time; return whether power goes in its midst."""
    _clock.check_alive()
    _clock.advance(us)
    _world.flash_ops += 1
    return _world.flash_ops == _world.cut_at_op


def _cut():
    _clock.stop(_clock.PowerCut("power cut"))


def _erase(block):
    is_cut = _operation(_ERASE_US)
    count = (_erases[2 * block] | _erases[2 * block + 1] << 8) + 1
    if block not in _world.stuck_blocks:
        is_worn = 0 < _world.endurance < count
        _world.flash.seek(block * _BLOCK)
        for _ in range(_BLOCK // _PAGE * (_world.cut_keeps if is_cut else 256) // 256):
            _world.flash.write(_WORN_PAGE if is_worn else _ERASED_PAGE)
    if is_cut:
        _cut()
    _erases[2 * block] = count & 0xFF
    _erases[2 * block + 1] = count >> 8


def _program(position, page):
    """Clear the bits that are 0 in the page; count where the flash would have had to set one."""
    global _conflicts
    is_cut = _operation(_PROGRAM_US)
    if position // _BLOCK in _world.stuck_blocks:
        return _cut() if is_cut else None
    _world.flash.seek(position)
    _world.flash.readinto(_page)
    if _page == _ERASED_PAGE:
        _page[:] = page
    else:
        for i in range(_PAGE):
            if page[i] & ~_page[i]:
                _conflicts += 1
            _page[i] &= page[i]
    _world.flash.seek(position)
    _world.flash.write(memoryview(_page)[: _world.cut_keeps] if is_cut else _page)
    return _cut() if is_cut else None


def _report():
    """Return what chip.py reports of the flash."""
    erases = {}
    for block in range(_block_count):
        count = _erases[2 * block] | _erases[2 * block + 1] << 8
        if count:
            erases[block] = count
    return {"flash_ops": _world.flash_ops, "erases": erases, "bits_not_set": _conflicts}


class Flash:
    """The part of the flash that holds the file system, or a part of that."""

    def __init__(self, *, start=-1, len=-1):
        size = _block_count * _BLOCK
        start = 0 if start == -1 else start
        len = size - start if len == -1 else len
        if start % _BLOCK or len % _BLOCK or not (0 <= start < size and 0 < len <= size - start):
            raise ValueError("outside the flash, or not on a block's border")
        self._start = start
        self._size = len

    def _position(self, block, offset, length):
        position = block * _BLOCK + offset
        if not 0 <= position <= position + length <= self._size:
            raise ValueError("outside the flash: block %d, offset %d" % (block, offset))
        return self._start + position

    # A file that a cut left open is flushed when it is collected: with the heap locked, so the
    # answer must cost none.

    def readblocks(self, block, buf, offset=0):
        return _EIO if _world.flash_is_gone else self._read(block, buf, offset)

    def writeblocks(self, block, buf, offset=None):
        return _EIO if _world.flash_is_gone else self._write(block, buf, offset)

    def ioctl(self, op, arg):
        return _EIO if _world.flash_is_gone else self._control(op, arg)

    def _read(self, block, buf, offset):
        _clock.check_alive()
        _world.flash.seek(self._position(block, offset, len(buf)))
        _world.flash.readinto(buf)

    def _write(self, block, buf, offset):
        position = self._position(block, offset or 0, len(buf))
        if position % _PAGE or len(buf) % _PAGE:
            raise ValueError("flash is programmed in whole pages")
        if offset is None:
            if len(buf) % _BLOCK:
                raise ValueError("flash is erased in whole blocks")
            for i in range(len(buf) // _BLOCK):
                self._without_irq(_erase, position // _BLOCK + i)
        self._without_irq(self._program_pages, position, buf)

    def _program_pages(self, position, buf):
        view = memoryview(buf)
        for i in range(0, len(buf), _PAGE):
            _program(position + i, view[i : i + _PAGE])

    def _without_irq(self, operation, *args):
        level = _clock.disable_irq()
        try:
            operation(*args)
        finally:
            _clock.enable_irq(level)

    def _control(self, op, arg):
        if op in (1, 2, 3):
            return 0
        if op == 4:
            return self._size // _BLOCK
        if op == 5:
            return _BLOCK
        if op == 6:
            self._without_irq(_erase, self._position(arg, 0, _BLOCK) // _BLOCK)
            return 0
        return None


def bootsel_button():
    _clock.ask()
    return int(_world.bootsel_pressed)
