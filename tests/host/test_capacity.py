"""The capacity that a board states is there: on its volume, with the firmware and two orders."""

import pytest

from reticent.sim.image import _volume, compile_firmware
from reticent.sim.tag import read_board
from reticent.tagcode import FIRMWARE

ENVELOPE, LARGEST_ORDER = 1_476, 16_384


@pytest.fixture(scope="module")
def firmware() -> dict[str, bytes]:
    return compile_firmware(FIRMWARE, "armv6m")


@pytest.mark.parametrize("board", ["pico", "pico_w"])
def test_the_stated_capacity_fits_beside_all_else(board, firmware):
    data = read_board(board)
    volume = _volume(data["FLASH_BLOCKS"], mount=False)
    volume.format()
    volume.mount()
    own = {"config": 1_100, "policy": LARGEST_ORDER, "secrets/a": 4_096, "secrets/b": 4_096}
    own |= {"identity.pub": 32, "state/counters": 120, "state/told": 100}
    for name, size in own.items():
        put(volume, name, bytes(size))
    for name, content in firmware.items():
        put(volume, name, content)
    for number in range(data["OUTBOX_CAPACITY"]):
        put(volume, f"outbox/{number:08x}.r", bytes(ENVELOPE))
        put(volume, "state/counters", bytes(120))
    # A full outbox still takes a new order, and one more envelope's file before the oldest goes.
    put(volume, "policy", bytes(LARGEST_ORDER))
    put(volume, "outbox/ffffffff.a", bytes(ENVELOPE))


def put(volume, name: str, content: bytes) -> None:
    """Write a file as the tag does: apart, then renamed."""
    if "/" in name:
        volume.makedirs(name.rpartition("/")[0], exist_ok=True)
    with volume.open(name + ".tmp", "wb") as file:
        file.write(content)
    volume.rename(name + ".tmp", name)
