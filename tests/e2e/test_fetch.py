"""`reticent fetch`: unmodified mpremote, a simulated tag behind a pty, its real store and acks."""

from __future__ import annotations

import hashlib
import hmac
import random
import subprocess
from pathlib import Path

import pytest

from reticent.bench.board_port import BoardPort
from reticent.bench.fetch import OPEN, bring, fetch_all
from reticent.errors import BadInput
from reticent.sim.image import build_image, envelopes_in, read_image
from reticent.sim.interpreter import micropython_command
from reticent.tagcode import ack, cbor, envelope, policy
from serial_board import ROOT, serial_board

COUNT = 11
ACK_KEY = b"\x0a" * 32


@pytest.fixture(scope="module")
def waiting(tmp_path_factory) -> bytes:
    """The flash of a tag with envelopes waiting."""
    target = tmp_path_factory.mktemp("waiting") / "flash.img"
    folders = ["host_tools/reticent/sim/mock", "firmware", "tests/support"]
    paths = ":".join(str(ROOT / folder) for folder in folders)
    script = ROOT / "tests" / "support" / "make_waiting.py"
    command = [*micropython_command("64M"), str(script), paths, str(COUNT), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target.read_bytes()


class Collector:
    """Stores and acks, as the real one; breaks off after so many posts."""

    def __init__(self, key=ACK_KEY, fails_at=(), order=None, utc_s=1_772_500_000):
        self.stored: dict[int, bytes] = {}
        self._utc_s = utc_s
        self.posts = 0
        self._key = key
        self._fails_at = fails_at
        self._order = order

    def post(self, body: bytes) -> bytes:
        self.posts += 1
        acks, start = [], 0
        while start < len(body):
            read, end = envelope.parse_first(body, start)
            number, sealed = read.header.number, body[start:end]
            assert self.stored.setdefault(number, sealed) == sealed, f"{number} came twice"
            made = ack.Ack(number, self._utc_s, 1, bytes(32), b"")
            message = made.message(envelope.hash_of(sealed))
            made.mac = hmac.digest(self._key, message, hashlib.sha256)
            acks.append(made)
            start = end
        if self.posts in self._fails_at:
            raise BadInput("the network broke off")
        return ack.encode_answer(acks, self._order)


def on_flash(flash: Path) -> list[int]:
    return list(envelopes_in(read_image(flash)))


def fetch(flash: Path, tmp_path: Path, collector: Collector, cut_at_op: int = 0) -> int:
    with serial_board(flash, tmp_path / "board.py", cut_at_op) as port, BoardPort(port) as board:
        return fetch_all(board, collector.post)


def test_every_envelope_is_fetched_acked_and_removed(waiting, tmp_path):
    flash = tmp_path / "flash.img"
    flash.write_bytes(waiting)
    collector = Collector()
    assert fetch(flash, tmp_path, collector) == COUNT
    assert sorted(collector.stored) == list(range(1, COUNT + 1))
    assert on_flash(flash) == []
    # The least version of an order that acks allow is kept here too (R28).
    assert cbor.decode(read_image(flash)["orders/standing"]) == [0, 1]


def test_a_collectors_wrong_clock_moves_the_floor_by_a_day_at_most(waiting, tmp_path):
    flash = tmp_path / "flash.img"
    flash.write_bytes(waiting)
    before = cbor.decode(read_image(flash)["state/counters"])
    assert fetch(flash, tmp_path, Collector(utc_s=2_000_000_000)) == COUNT
    floor_s, acked_s, routine_s = cbor.decode(read_image(flash)["state/counters"])[3:6]
    assert acked_s == 2_000_000_000
    assert routine_s == before[5] > 0
    assert floor_s == routine_s + 86_400


def test_broken_off_after_the_collector_stored_nothing_is_lost_or_twice(waiting, tmp_path):
    flash = tmp_path / "flash.img"
    flash.write_bytes(waiting)
    collector = Collector(fails_at=(1, 3))
    for _ in range(2):
        with pytest.raises(BadInput, match="broke off"):
            fetch(flash, tmp_path, collector)
    # One of the eight that were acked lies beside one that was not, and is fetched again.
    assert fetch(flash, tmp_path, collector) == COUNT - 8 + 1
    assert sorted(collector.stored) == list(range(1, COUNT + 1))
    assert on_flash(flash) == []


def test_power_cut_at_each_of_the_tags_operations_nothing_is_lost(waiting, tmp_path):
    collector = Collector()
    flash = tmp_path / "flash.img"
    flash.write_bytes(waiting)
    for cut_at_op in (1, 2, 1):
        with pytest.raises(BadInput):
            fetch(flash, tmp_path, collector, cut_at_op)
        assert set(on_flash(flash)) | set(collector.stored) == set(range(1, COUNT + 1))
    fetch(flash, tmp_path, collector)
    assert sorted(collector.stored) == list(range(1, COUNT + 1))
    assert on_flash(flash) == []


def test_forged_acks_remove_nothing(waiting, tmp_path):
    flash = tmp_path / "flash.img"
    flash.write_bytes(waiting)
    with pytest.raises(BadInput, match="believes none"):
        fetch(flash, tmp_path, Collector(key=bytes(32)))
    assert len(on_flash(flash)) == COUNT


def test_a_newer_order_is_brought_in_pieces_once_and_left_to_the_next_boot(waiting, tmp_path):
    flash = tmp_path / "flash.img"
    flash.write_bytes(waiting)
    order = random.Random(5).randbytes(policy.MAX_BYTES)
    fetch(flash, tmp_path, Collector(order=order))
    assert read_image(flash)["policy"] == order
    files = read_image(flash)
    files["orders/next"] = files.pop("policy")  # what the boot makes of it
    build_image(flash, len(waiting) // 4096, files)
    assert bring_again(flash, tmp_path, order) is None


def bring_again(flash, tmp_path, order):
    """Return what lies in the inbox after an order that waits on the tag was brought again."""
    with serial_board(flash, tmp_path / "board.py") as port, BoardPort(port) as board:
        board.run(OPEN)
        bring(board, hashlib.sha256(order).digest(), order)
    return read_image(flash).get("policy")


@pytest.mark.parametrize("cut_at_op", range(1, 60, 6))
def test_a_power_cut_while_an_order_is_brought_leaves_it_whole_or_not_at_all(
    waiting, tmp_path, cut_at_op
):
    flash = tmp_path / "flash.img"
    flash.write_bytes(waiting)
    before = read_image(flash)["policy"]
    order = bytes(policy.MAX_BYTES)
    with (
        pytest.raises(BadInput),
        serial_board(flash, tmp_path / "board.py", cut_at_op) as port,
        BoardPort(port) as board,
    ):
        board.run(OPEN)
        bring(board, hashlib.sha256(order).digest(), order)
    assert read_image(flash)["policy"] in (before, order)


def test_no_such_port_is_one_line(tmp_path):
    with pytest.raises(BadInput, match="no such port"), BoardPort(str(tmp_path / "tty")):
        pass
