"""sim/faults.py: what a fault makes of a receiver's bursts and of the tag's world."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reticent.errors import BadInput
from reticent.sim.fault_file import read_faults
from reticent.sim.faults import BrownOut, Network, OtherTime, Scene, Stuck, WrongBaud
from reticent.sim.image import build_image, fill_image, read_image
from reticent.sim.track import Burst
from reticent.sim.world import BAUD, CAPTIVE, DEAF, POWER, UP, WIFI, Change
from reticent.tagcode import gnss

EXAMPLE = Path(__file__).parents[2] / "examples" / "faults.toml"
START_S = int(datetime(2026, 3, 2, 23, 59, 50, tzinfo=UTC).timestamp())
SCENE = Scene(START_S * 1000, 0, 9_600)


def with_checksum(body: str) -> bytes:
    total = 0
    for byte in body.encode():
        total ^= byte
    return f"${body}*{total:02X}\r\n".encode()


def bursts(seconds):
    made = []
    for at_s in range(START_S, START_S + seconds):
        moment = datetime.fromtimestamp(at_s, UTC)
        clock, date = moment.strftime("%H%M%S.00"), moment.strftime("%d%m%y")
        data = with_checksum(f"GNRMC,{clock},A,4700.0000,N,03000.0000,W,0.1,,{date},,,A")
        data += with_checksum(f"GNGGA,{clock},4700.0000,N,03000.0000,W,1,08,1.0,35.0,M,47.0,M,,")
        made.append(Burst(at_s * 1000, data + b"\xb5b some UBX"))
    return made


def times(said):
    """Return what each burst alone tells: a time that steps is a parser's to doubt."""
    found = []
    for burst in said:
        epochs = gnss.Epochs()
        epochs.feed(burst.data, len(burst.data))
        found += [fix.utc_s for fix in epochs.feed(b"", 0)]
    return found


def test_another_time_is_told_over_midnight_with_checksums_that_hold():
    for off_s in (-7, 3_600, 120 * 86_400, -86_400):
        said = OtherTime(START_S + 5, START_S + 15, off_s).said(bursts(20))
        told = [at_s + (off_s if 5 <= at_s - START_S < 15 else 0) for at_s in
                range(START_S, START_S + 20)]  # fmt: skip
        assert times(said) == told, off_s
        assert all(burst.data.endswith(b"\xb5b some UBX") for burst in said)


def test_a_stuck_receiver_repeats_its_last_epoch_or_says_nothing():
    made = bursts(10)
    frozen = Stuck(START_S + 3, START_S + 6, False).said(made)
    assert [burst.utc_ms for burst in frozen] == [burst.utc_ms for burst in made]
    assert {burst.data for burst in frozen[2:6]} == {made[2].data}
    assert frozen[6:] == made[6:]
    silent = Stuck(START_S + 3, START_S + 6, True).said(made)
    assert silent == made[:3] + made[6:]


def test_changes_of_the_world_come_at_their_time():
    cases = (
        (Network(START_S + 1, START_S + 9, CAPTIVE), [(1_000, WIFI, 0, 2), (9_000, WIFI, 0, UP)]),
        (Network(START_S - 99, START_S + 9, DEAF), [(0, WIFI, 0, 3), (9_000, WIFI, 0, UP)]),
        (BrownOut(START_S + 4), [(4_000, POWER, 0, 0)]),
        (
            WrongBaud(START_S, START_S + 2, 4_800),
            [(0, BAUD, 0, 4_800), (2_000, BAUD, 0, 9_600)],
        ),
    )
    for fault, wanted in cases:
        assert fault.changes(SCENE) == [Change(*change) for change in wanted], fault


def test_a_filled_flash_has_as_few_free_blocks_as_asked_for(tmp_path):
    for left in (0, 1, 7, 30):
        image = tmp_path / "flash.img"
        build_image(image, 60, {"a": bytes(9_000)})
        assert fill_image(image, left)
        files = read_image(image)
        assert files.pop("a") == bytes(9_000)
        room = 60 - 2 - 2 - 3 - left  # the superblock's pair, the root's pair or none, the file
        assert abs(len(files["fill"]) // 4_096 + 1 - room) <= 2, left
    assert not fill_image(image, 50)


def test_the_example_has_one_of_each():
    kinds = {type(fault).__name__ for fault in read_faults(EXAMPLE)}
    assert kinds == {"Network", "BrownOut", "FullFlash", "Stuck", "WrongBaud", "OtherTime"}


SPAN = "from = 2026-03-02T09:00:00Z\nuntil = 2026-03-02T10:00:00Z\n"
BAD = (
    (
        "[[network]]\n" + SPAN + 'state = "bad"\n',
        "[[network]] 1: `state` is one of: down, captive",
    ),
    ("[[network]]\n" + SPAN + "delay_ms = 2000\n", "`delay_ms` goes with"),
    ("[[network]]\n" + SPAN + 'state = "slow"\n', "`delay_ms` goes with"),
    ("[[network]]\n" + SPAN + 'state = "slow"\ndelay_ms = 5\n', "whole number from 1000 to"),
    ("[[network]]\n" + SPAN + 'state = "slow"\ndelay_ms = true\n', "whole number from 1000 to"),
    ("[[network]]\n" + SPAN + "how = 1\n", "needs `from` and `until`, and nothing else"),
    ("[[network]]\n" + SPAN + "[[network]]\nfrom = 1\n", "[[network]] 2: needs `from`"),
    ("[[brown_out]]\n", "[[brown_out]] 1: needs `at`, and nothing else"),
    ("[[brown_out]]\nat = '10:00'\n", "`at`: write times like"),
    ("[[brown_out]]\nat = 2026-03-02\n", "`at`: write times like"),
    ("brown_out = [1]\n", "[[brown_out]] 1: needs `at`"),
    ("[[full_flash]]\nblocks_left = -1\n", "whole number from 0"),
    ("[full_flash]\nblocks_left = 1\n", "two brackets"),
    ("[[receiver]]\n" + SPAN, "needs `from` and `until` and `state`"),
    ("[[receiver]]\n" + SPAN + 'state = "dead"\n', "one of: frozen, silent, wrong baud"),
    ("[[receiver]]\n" + SPAN + 'state = "frozen"\nbaud = 4800\n', "`baud` goes with"),
    ("[[receiver]]\n" + SPAN + 'state = "wrong baud"\nbaud = 7\n', "whole number from 1200"),
    ("[[clock_jump]]\n" + SPAN + "jump_s = 1.5\n", "`jump_s` is a whole number"),
    ("[[spoofed_time]]\n" + SPAN + "date = 2099-01-01T00:00:00Z\n", "years up to 2079"),
    ("[[spoofed_time]]\ndate = 2026-03-02T09:00:00Z\n", "needs `from` and `until` and `date`"),
)


@pytest.mark.parametrize(("text", "message"), BAD, ids=[message for _, message in BAD])
def test_a_bad_file_is_told_in_one_line_with_table_and_key(text, message, tmp_path):
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as told:
        read_faults(path)
    assert message in str(told.value)
    assert str(told.value).startswith(f"{path}: ")
    assert "\n" not in str(told.value)
