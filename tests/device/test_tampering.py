"""duty/tampering.py: an opening goes to the sampler at once, whether there is a time or not."""

import asyncio

from duty.tampering import Tampering
from wire import record


class Stop(Exception):
    """The test has seen enough."""


class Tag:
    """A tag without a time; a second passes with each look, and progress is counted."""

    def __init__(self, looks):
        self.supervisor = self.clock = self
        self.looks_left = looks
        self.now_ms = 0

    def utc_s(self):
        return None

    def ms(self):
        self.now_ms += 1_000
        return self.now_ms

    def progress(self, _task):
        self.looks_left -= 1
        if self.looks_left < 0:
            raise Stop


class Pin:
    """A contact that opens with the second look."""

    looks = 0

    def is_open(self):
        self.looks += 1
        return self.looks >= 2


class Sampler:
    """Hears of openings."""

    def __init__(self):
        self.causes = []

    def tamper(self, cause):
        self.causes.append(cause)


def test_an_opening_before_there_is_a_time_is_handed_on_once():
    sampler = Sampler()
    pins = [(record.STRAP, Pin()), (record.CASE, Pin())]
    try:
        asyncio.run(Tampering(Tag(looks=5), sampler, pins).watch())
    except Stop:
        pass
    assert sampler.causes == [record.STRAP, record.CASE]
