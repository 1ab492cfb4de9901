"""Random batches sealed on MicroPython open here: the short form of `make sealed`."""

import importlib.util
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "bench" / "sealed_batches.py"
_spec = importlib.util.spec_from_file_location("sealed_batches", SOURCE)
sealed_batches = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sealed_batches)


def test_batches_sealed_on_micropython_open_for_their_recipients_and_nobody_else():
    sealed_batches.check(sealed_batches.seal(1, 40), 1, 40)


def test_a_batch_that_is_not_the_one_that_was_sealed_would_be_noticed():
    sequence = sealed_batches.seal(1, 1)
    try:
        sealed_batches.check(sequence, 2, 1)
    except AssertionError:
        return
    raise AssertionError("another batch passed")
