"""A flash that wears, sticks, is full or damaged: what is stored stays; nothing is formatted."""
# path: host_tools/reticent/sim/mock

import os

import tag_life
from store import StoreError
from wire import envelope

BLOCK = 4096


def started(image=None, **world):
    life = tag_life.Life(image or tag_life.blank_image(), **world)
    life.mount()
    life.boot()
    return life


def numbers_on(image):
    """Return the numbers of the envelopes that a later boot finds, each of them whole."""
    outbox = started(image).tag.outbox
    found = outbox.numbers(1_000)
    assert [envelope.parse(outbox.get(n)).header.number for n in found] == found
    return found


def test_stuck_blocks_are_gone_around():
    image = started().image()
    # The blocks that this life writes next; the file system's own two stay sound.
    for first in range(12, tag_life.BLOCKS - 6, 6):
        life = started(image, stuck_blocks=tuple(range(first, first + 4)))
        for _ in range(6):
            life.seal(1)
        assert numbers_on(life.image()) == [1, 2, 3, 4, 5, 6], first


def test_worn_blocks_lose_nothing_that_was_stored():
    life = started(endurance=3)
    stored = 0
    try:
        while stored < 60:
            life.seal(1)
            stored += 1
            if stored % 4 == 0:
                life.send(tag_life.Collector())
    except OSError:
        pass  # the flash takes no more: the task dies, and says so
    assert stored >= 8, stored
    kept = numbers_on(life.image())
    assert kept == list(range(stored // 4 * 4 + 1, stored + 1)), (stored, kept)


def test_a_full_flash_gives_up_the_oldest_routine_and_goes_on():
    life = started(capacity=1_000)
    fill = 0
    try:
        while True:
            with open("/fill%d" % fill, "wb") as file:
                file.write(bytes(BLOCK - 100))
            fill += 1
    except OSError:
        pass
    os.remove("/fill0")
    os.remove("/fill1")
    os.remove("/fill2")
    for kind in (2, 1, 1, 2, 1, 1):
        life.seal(kind)
    outbox, counters = life.tag.outbox, life.tag.counters
    waiting = outbox.numbers(100)
    assert counters.next_number == 7
    assert 1 in waiting and 4 in waiting, waiting  # the ALERTs
    assert 6 in waiting, waiting
    gone = [n for n in range(1, 7) if n not in waiting]
    assert gone and counters.dropped == [gone[0], gone[-1]], (waiting, counters.dropped)
    assert numbers_on(life.image()) == waiting


def test_a_damaged_file_system_is_an_error_and_stays_as_it_is():
    image = bytearray(tag_life.blank_image())
    image[: 2 * BLOCK] = b"\x5a" * (2 * BLOCK)
    life = tag_life.Life(bytes(image))
    try:
        life.mount()
        raise AssertionError
    except OSError:
        pass
    assert life.image() == bytes(image)


def test_a_damaged_file_of_counters_is_told_from_a_missing_one():
    life = started()
    with open("/state/counters", "wb") as file:
        file.write(b"\xff" * 40)
    try:
        started(life.image())
        raise AssertionError
    except StoreError:
        pass
