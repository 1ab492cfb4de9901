"""Walks through the pipeline, a fix each few seconds: what was said, by the life that said it."""

from orders import NOT_BEFORE, fix
from tag import events
from tag.pipeline import Pipeline

SLOT_S = 900
START = NOT_BEFORE + 2 * SLOT_S  # a life's first two slots have no cell
FIRST_SLOT = START // SLOT_S


def settled(policy, offset=(0, 0), ledger=None):
    """Return a pipeline whose two silent slots after the boot are over; it has seen no fix."""
    pipeline = Pipeline(policy, offset, ledger)
    be_home(pipeline)
    assert walk(pipeline, [(2 * SLOT_S, None, None)], NOT_BEFORE) == []
    return pipeline


def be_home(pipeline):
    """Let the tag know of a home, as after a night in a dwelling: from then on cells are told."""
    pipeline._disclosure._cells._stays.be_home()


def walk(pipeline, path, start_s=START, step_s=1):
    """Drive the pipeline along [(seconds, north m, east m)]; return what was said.

    The tag stands at each place for its seconds; None as place is a receiver without a fix.
    """
    said = []
    utc_s = start_s
    for seconds, north_m, east_m in path:
        until_s = utc_s + seconds
        while utc_s < until_s:
            seen = None if north_m is None else fix(utc_s, north_m, east_m)
            said.extend(pipeline.step(utc_s, seen))
            assert not said or said[-1][1][2:3] != [events.INTERNAL], "a fault inside"
            utc_s += step_s
    return said


def of_type(said, kind):
    """Return the records of this type."""
    return [entry for _, entry in said if entry[0] == kind]


def slots_of(said, kind):
    """Return the slots of the records of this type, counted from the first settled one."""
    return [
        (entry[1] if entry[1] < 1 << 24 else entry[1] // SLOT_S) - FIRST_SLOT
        for entry in of_type(said, kind)
    ]
