"""hal/held.py: something small lies for good where machine code seems to point at."""

# heap: 1m

import gc

from hal import held

BLOCK = 32  # 64 bits


def free_addresses(count):
    """Return ascending addresses in the heap that are free once garbage is collected."""
    above = [object() for _ in range(2_000)]
    addresses = [id(above[i]) for i in range(1_000, 1_000 + 100 * count, 100)]
    above.clear()
    gc.collect()
    return tuple(addresses)


def test_each_address_has_its_cell_and_the_rest_is_free_again():
    addresses = free_addresses(4)
    before = gc.mem_free()
    cells = held.hold(addresses, BLOCK)
    gc.collect()
    assert tuple(id(cell) for cell in cells) == addresses
    assert before - gc.mem_free() < 40 * BLOCK, (before, gc.mem_free())


def test_what_is_in_use_is_left_alone():
    (free,) = free_addresses(1)
    used = [object() for _ in range(1_500)]
    taken = max(id(cell) for cell in used if id(cell) <= free)
    cells = held.hold((taken,), BLOCK)
    assert id(cells[0]) != taken


def test_beyond_the_heap_it_ends_with_what_there_is():
    (free,) = free_addresses(1)
    cells = held.hold((free, 1 << 47), BLOCK)
    assert id(cells[0]) == free
    assert len(cells) == 2


def test_no_firmware_no_addresses():
    assert held.addresses() == ()
    assert held.hold(()) == []
