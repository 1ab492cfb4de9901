"""duty/gap.py: where a burst begins is known more closely than reads are apart, never late."""

from duty.gap import Gap

BURST_MS = 150
NEED_MS = 120
FIFO_MS = 33  # that a UART holds while an erase keeps interrupts off


class Clock:
    def __init__(self):
        self.now_ms = 0

    def ms(self):
        return self.now_ms


class Line:
    """A receiver's bursts, and the sampling loop that reads them every so often."""

    def __init__(self, period_ms=1_000, first_ms=930, burst_ms=BURST_MS):
        self.period_ms, self.first_ms, self.burst_ms = period_ms, first_ms, burst_ms
        self.clock = Clock()
        self.gap = Gap(self.clock, 1_000)
        self.read_ms = 0

    def bytes_until(self, ms):
        """Return the milliseconds of bursts up to this moment: each is a byte here."""
        since_ms = ms - self.first_ms
        if since_ms < 0:
            return 0
        whole = since_ms // self.period_ms
        return whole * self.burst_ms + min(since_ms % self.period_ms, self.burst_ms)

    def poll(self, count, step_ms):
        """Read `count` times, about `step_ms` apart; return whether it is ever wrongly open."""
        is_wrong = False
        for at in range(count):
            for _ in range(step_ms + at * 7 % 13):
                self.clock.now_ms += 1
                is_wrong = is_wrong or (self.gap.is_open() and self.is_too_late())
            now_ms = self.clock.now_ms
            self.gap.hear(self.bytes_until(now_ms) - self.bytes_until(self.read_ms))
            self.read_ms = now_ms
        return is_wrong

    def is_too_late(self):
        """Return whether a burst comes on within the time that a step needs."""
        now_ms = self.clock.now_ms
        return self.bytes_until(now_ms + NEED_MS - FIFO_MS) > self.bytes_until(now_ms)

    def open_ms(self):
        """Return for how long of the next epoch it is open, read every 15 ms as by who waits."""
        self.gap._waiting = 1
        found = 0
        for _ in range(self.period_ms // 15):
            self.poll(1, 15)
            found += 15 * self.gap.is_open()
        return found


def test_reads_that_are_far_apart_find_where_the_burst_begins():
    line = Line()
    line.poll(12, 250)  # before a first burst nothing is known
    assert not line.poll(80, 250)
    assert line.open_ms() >= 1_000 - BURST_MS - NEED_MS - 30 - 60


def test_a_receiver_that_begins_earlier_is_followed_as_soon_as_it_is_seen():
    line = Line()
    line.poll(40, 250)
    line.first_ms -= 300
    line.poll(4, 15)
    line.poll(80, 15)
    assert not line.poll(200, 60)


def test_a_faster_receiver_is_followed():
    line = Line(period_ms=500)
    line.poll(40, 60)
    assert not line.poll(400, 60)


def test_what_was_read_away_at_a_rest_says_nothing_of_the_epoch():
    line = Line()
    line.poll(40, 250)
    for _ in range(5):  # two seconds each, read away in the middle of a burst
        line.clock.now_ms += 2_000
        line.gap.hear(0)
    now_ms = line.clock.now_ms
    line.first_ms = (now_ms - 140) % 1_000  # in a burst now, near its end
    line.read_ms = now_ms
    line.gap.resume()
    assert not line.poll(80, 250)


def test_a_silent_receiver_leaves_it_open():
    line = Line()
    line.poll(8, 250)
    line.first_ms = 1_000_000
    line.read_ms = line.clock.now_ms
    line.poll(10, 250)
    assert line.gap.is_open()
