"""What an emulated Pico is held to after a power cut: each thing that it can lose is seen."""

import sys
from pathlib import Path

import pytest

from reticent.errors import Finding
from reticent.tagcode import vault

sys.path.append(str(Path(__file__).parents[2] / "emulator"))
import cuts
import table


def block(index, sequence, state):
    record = vault.Vault(state).encode()
    return vault.mark_page(index) + vault.encode_page(index, sequence, record)


def segment(*envelopes):
    return b"".join(n.to_bytes(4, "big") + len(d).to_bytes(2, "big") + d for n, d in envelopes)


BEFORE = {
    "identity.pub": b"key",
    "orders/policy": b"order",
    "secrets/a": block(0, 7, b"\1" * 32),
    "outbox/00000001.r": segment((1, b"sealed")),
}
AFTER = BEFORE | {"secrets/b": block(1, 8, b"\2" * 32)}
WHOLE = cuts.Whole(b"key", b"order", {1: b"sealed", 2: b"more"})


def test_a_boot_that_keeps_everything_violates_nothing():
    assert cuts.violations(BEFORE, AFTER, WHOLE) == []
    later = segment((1, b"sealed"), (2, b"more"))
    assert cuts.violations(BEFORE, AFTER | {"outbox/00000001.r": later}, WHOLE) == []


@pytest.mark.parametrize(
    ("planted", "violation"),
    [
        ({"identity.pub": b"other"}, "another identity"),
        ({"identity.pub": None}, "another identity"),
        ({"orders/policy": None}, "no order, or another"),
        ({"orders/policy": b"newer"}, "no order, or another"),
        ({"secrets/b": None}, "the generator's state stayed"),
        ({"secrets/a": None, "secrets/b": None}, "the generator's state stayed"),
        ({"secrets/b": block(1, 8, b"\1" * 32)}, "the generator's state stayed"),
        ({"outbox/00000001.r": segment((1, b"sea"))}, "a torn envelope"),
        ({"outbox/00000001.r": None}, "an envelope is gone"),
    ],
)
def test_what_a_boot_has_lost_is_named(planted, violation):
    after = {name: data for name, data in (AFTER | planted).items() if data is not None}
    assert cuts.violations(BEFORE, after, WHOLE) == [violation]


def test_a_cut_is_before_an_operation_and_in_the_middle_of_its_bytes():
    old, new = b"\0" * 8192, b"\0" * 4096 + b"\xff" * 4096
    part = cuts.Part("tasks", [{"kind": "erase", "at": 4096, "size": 4096}], [old, new])
    (before, image), (middle, torn) = cuts.trials(part, only_secrets=False)
    assert (before, image) == ("tasks 0, erase of block 1, before", old)
    assert middle == "tasks 0, erase of block 1, middle"
    assert torn == b"\0" * 4096 + b"\xff" * 2048 + b"\0" * 2048
    assert cuts.trials(part, only_secrets=True) == []


@pytest.mark.parametrize("most", [1, 7, 81, 82, 83, 500])
def test_as_many_cuts_are_made_as_were_asked_for(most):
    everything = [(str(number), b"") for number in range(82)]
    chosen = cuts.spread(everything, most)
    assert len(set(chosen)) == min(most, 82)
    assert chosen[0] == everything[0]


PRINTED = "xip_miss 0\ncheck_ns 5\nxip_miss 42\ncheck_ns 1500000\ncell_ns 7\n"


def test_a_figure_of_the_table_is_of_its_own_model_of_the_cache():
    assert table.nanoseconds(PRINTED, "check", 42) == "1.500 ms"
    with pytest.raises(Finding, match="no cell_ns at xipMiss 0"):
        table.nanoseconds(PRINTED, "cell", 0)
    with pytest.raises(Finding, match="nothing of xipMiss 42"):
        table.sentence_ms("xipMiss 0: 7.0 % of 125 MHz, 100 bytes, 2 sentences", 42)
    with pytest.raises(Finding, match="no batch was sealed"):
        table.steps({"sealing_ms": {}})
