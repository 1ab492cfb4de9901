"""archive/access_log: a chain that shows every change, removal and reordering."""

import errno
import json
import multiprocessing
import os
import stat

import pytest

from reticent.archive.access_log import AccessLog, Opening
from reticent.errors import BadInput, Finding
from synced import Synced

TAG = bytes(range(8))


def opening(number, **changes):
    fields = {"person": "A", "role": "officer", "reason": "why", "case": "7", **changes}
    return Opening(TAG, numbers=[number], **fields)


@pytest.fixture
def log(tmp_path):
    made = AccessLog(tmp_path / "log")
    for number in range(4):
        made.append(opening(number), number)
    return made


def lines(log):
    return (log._folder / f"{TAG.hex()}.jsonl").read_bytes().splitlines(keepends=True)


def test_an_entry_and_a_new_logs_name_are_on_the_disk_when_append_returns(tmp_path, monkeypatch):
    synced, log = Synced(monkeypatch), AccessLog(tmp_path / "log")
    for number in range(2):
        log.append(opening(number), number)
        assert synced.holds(tmp_path / "log" / f"{TAG.hex()}.jsonl"), number
    assert synced.holds(tmp_path / "log")


def test_entries_say_who_why_when_and_what(log):
    entries = log.entries(TAG)
    assert [entry["envelopes"] for entry in entries] == [[0], [1], [2], [3]]
    assert {key: entries[1][key] for key in entries[1] if key not in ("previous", "account")} == {
        "time": "1970-01-01T00:00:01Z", "tag": TAG.hex(), "person": "A", "role": "officer",
        "reason": "why", "case": "7", "envelopes": [1],
    }  # fmt: skip


def test_a_line_break_or_other_script_in_a_reason_stays_one_entry(tmp_path):
    log = AccessLog(tmp_path)
    tmp_path.chmod(0o700)
    for reason in ('two\nlines"', "\u2028\u0646\u0635\x85", "\x1b[31m"):
        log.append(opening(1, reason=reason), 0)
    assert [entry["reason"] for entry in log.entries(TAG)] == [
        'two\nlines"', "\u2028\u0646\u0635\x85", "\x1b[31m",
    ]  # fmt: skip


def test_every_tampering_breaks_the_chain(log):
    whole = lines(log)
    path = log._folder / f"{TAG.hex()}.jsonl"
    cases = (
        ("changed", [whole[0], whole[1].replace(b"why", b"who"), *whole[2:]], 3),
        ("removed", [whole[0], *whole[2:]], 2),
        ("first removed", whole[1:], 1),
        ("swapped", [whole[0], whole[2], whole[1], whole[3]], 2),
        ("doubled", [whole[0], whole[0], *whole[1:]], 2),
        ("nonsense between", [whole[0], b"x\n", *whole[1:]], 2),
        ("not an object", [whole[0], b"[]\n", *whole[1:]], 2),
    )
    for what, changed, line in cases:
        path.write_bytes(b"".join(changed))
        for read in (log.entries, log.head):
            with pytest.raises(Finding, match=rf"jsonl:{line}: the access log's chain is broken"):
                read(TAG)
        with pytest.raises(Finding):
            log.append(opening(9), 9)
        assert path.read_bytes() == b"".join(changed), what
    path.write_bytes(b"".join(whole)[:-1])
    with pytest.raises(Finding, match="the last entry is not whole"):
        log.append(opening(9), 9)


def test_a_cut_end_shows_against_the_head_that_was_handed_out(log):
    head = log.head(TAG)
    path = log._folder / f"{TAG.hex()}.jsonl"
    path.write_bytes(b"".join(lines(log)[:-1]))
    assert log.head(TAG) != head


def test_the_log_is_for_this_account_alone(log):
    assert stat.S_IMODE(log._folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((log._folder / f"{TAG.hex()}.jsonl").stat().st_mode) == 0o600


def test_append_returns_the_head(log):
    assert log.append(opening(4), 4) == log.head(TAG)
    assert log.head(bytes(8)) == bytes(32)


def test_a_full_disk_leaves_the_chain_as_it_was(log, monkeypatch):
    before = log.head(TAG)
    whole = os.write

    def full(descriptor, data):
        if len(data) > 1:
            return whole(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with (
        monkeypatch.context() as patch,
        pytest.raises(BadInput, match="jsonl: No space"),
    ):
        patch.setattr(os, "write", full)
        log.append(opening(9), 9)
    assert log.head(TAG) == before
    assert log.append(opening(9), 9) == log.head(TAG)


def _append(folder, first):
    log = AccessLog(folder)
    for number in range(first, first + 20):
        log.append(opening(number), number)


def test_two_openers_at_once_keep_one_chain(tmp_path):
    folder = tmp_path / "log"
    started = [
        multiprocessing.get_context("spawn").Process(target=_append, args=(folder, first))
        for first in (0, 100)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert len(AccessLog(folder).entries(TAG)) == 40


def test_each_entry_is_one_json_line(log):
    for line in lines(log):
        assert json.loads(line)["tag"] == TAG.hex()
