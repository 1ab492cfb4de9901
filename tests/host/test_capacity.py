"""The capacity that a board states is there: on its volume, with the firmware and two orders."""

import pytest
from littlefs import LittleFSError

from reticent.sim.image import _volume
from reticent.sim.tag import firmware_files, read_board

ENVELOPE, LARGEST_ORDER = 1_476, 16_384
SEGMENT = 2 * (6 + ENVELOPE)  # firmware/store/outbox.py: number and length before each


@pytest.mark.parametrize("board", ["pico", "pico_w"])
def test_the_stated_capacity_fits_beside_all_else(board):
    data = read_board(board)
    firmware = firmware_files(data, "armv6m", 1_780_000_000)
    held = {name: holds(data["FLASH_BLOCKS"], files) for name, files in layouts(firmware).items()}
    print(board, "envelopes:", {name: 2 * segments for name, segments in held.items()})
    assert data["OUTBOX_BLOCKS"] <= held["on the volume"]


def test_thirty_days_fit_every_board():
    routine, alerts = 24 + 29 * 3, 30  # an hour each on the first day, then eight
    for board in ("pico", "pico_w"):
        assert 2 * read_board(board)["OUTBOX_BLOCKS"] - 2 >= routine + alerts, board


def layouts(firmware):
    """Return {where the firmware lies: the files on the volume beside the outbox}."""
    own = {"config": 1_100, "policy": LARGEST_ORDER, "secrets/a": 4_096, "secrets/b": 4_096}
    own |= {"identity.pub": 32, "state/counters": 120, "state/told": 100}
    files = {name: bytes(size) for name, size in own.items()}
    return {"frozen": files, "on the volume": files | firmware}


def holds(blocks: int, files: dict[str, bytes]) -> int:
    """Return how many segments a volume takes that still takes a new order, and one more."""
    volume = _volume(blocks, mount=False)
    volume.format()
    volume.mount()
    for name, content in files.items():
        put(volume, name, content)
    put(volume, "orders/next", bytes(LARGEST_ORDER))
    put(volume, "outbox/ffffffff.a", bytes(SEGMENT))
    segments = 0
    try:
        while True:
            put(volume, f"outbox/{2 * segments + 1:08x}.r", bytes(SEGMENT))
            put(volume, "state/counters", bytes(120))
            segments += 1
    except LittleFSError:
        return segments


def put(volume, name: str, content: bytes) -> None:
    """Write a file as the tag does: apart, then renamed."""
    if "/" in name:
        volume.makedirs(name.rpartition("/")[0], exist_ok=True)
    with volume.open(name + ".tmp", "wb") as file:
        file.write(content)
    volume.rename(name + ".tmp", name)
