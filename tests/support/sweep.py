"""The power-cut sweep of R23: a script of lives, cut at every flash operation.

A script is a list of lives; each is a list of actions on a Life. The first life is cut at each of
its operations in turn, the others run whole: the tag after the cut. MicroPython only.
"""

import asyncio

import tag_life
from tag import events
from wire import batch, envelope, record

CAPACITY = 3  # segments, of two envelopes each


class Trial:
    """What one run of a script promised and what came of it; `breaches` names what was broken."""

    def __init__(self, keeps, delay=0, capacity=CAPACITY):
        self.keeps = keeps
        self._capacity = capacity
        self._delay = delay  # turns of the loop that an upload beside the sealing starts late
        self.breaches = []
        self.collector = tag_life.Collector()
        self._promised = []
        self._told = {}  # number -> spans that its batch tells of
        self._drawn = []
        self._identity = None
        self.life = None

    def run(self, image, script, cuts_at_op):
        """Run the lives, cut where the tuple says (0: nowhere); return each one's operations."""
        operations = []
        for place, actions in enumerate(script):
            cut_at_op = cuts_at_op[place] if place < len(cuts_at_op) else 0
            image, count = self._live(image, actions, cut_at_op)
            operations.append(count)
        self._check_chain()
        return operations

    def _live(self, image, actions, cut_at_op):
        cut = {"cut_at_op": cut_at_op, "cut_keeps": self.keeps}
        life = tag_life.Life(image, capacity=self._capacity, **cut)
        self.life = life
        life.mount()
        try:
            life.boot()
            self._watch(life)
            for action in actions:
                action(self)
        except life.clock.PowerCut:
            pass
        return life.image(), life.flash_ops()

    def _watch(self, life):
        """Check what the boot found; listen to what is drawn and sealed."""
        tag = life.tag
        if self._identity not in (None, tag.identity):
            self.breaches.append("another identity")
        self._identity = tag.identity
        tag.drbg = _Watched(tag.drbg, self._drawn, self.breaches)
        self._check_outbox(life)
        next_batch = life.assembly.next_batch

        def watched(kind, utc_s):
            address, week, data = next_batch(kind, utc_s)
            self._told[tag.counters.next_number] = _spans(data)
            return address, week, data

        life.assembly.next_batch = watched

    def _check_outbox(self, life):
        """Every envelope that waits is whole; every one that was promised is somewhere."""
        outbox = life.tag.outbox
        waiting = outbox.numbers(1_000)
        for number in waiting:
            try:
                head = envelope.parse(outbox.get(number)).header
            except Exception as error:
                self.breaches.append("%d is torn: %r" % (number, error))
                continue
            if head.number != number:
                self.breaches.append("%d lies under %d" % (head.number, number))
        present = set(waiting) | set(self.collector.stored)
        spans = [span for number in present for span in self._told.get(number, ())]
        if life.tag.counters.dropped is not None:
            spans.append(life.tag.counters.dropped)
        for number in self._promised:
            if number not in present and not _holds(spans, number):
                self.breaches.append("%d is lost" % number)

    def _check_chain(self):
        """No number was used twice; what is missing was told of, or was never used."""
        self.breaches += ["%d came twice" % number for number in self.collector.reused]
        stored = self.collector.stored
        spans = [span for number in stored for span in self._told.get(number, ())]
        last, last_hash = 0, envelope.ZERO_HASH
        for number in sorted(stored):
            missing = range(last + 1, number)
            is_told = missing and all(_holds(spans, gone) for gone in missing)
            if envelope.parse(stored[number]).header.previous != last_hash and not is_told:
                self.breaches.append("the chain breaks at %d" % number)
            last, last_hash = number, envelope.hash_of(stored[number])

    # The actions.

    def seal(self, kind):
        """Seal a batch; from then on it is promised."""
        number = self.life.tag.counters.next_number
        self.life.sealer.add_routine_events(tag_life.START_S)
        self.life.seal(kind)
        self._promised.append(number)

    def routine(self):
        self.seal(batch.ROUTINE)

    def alert(self):
        self.seal(batch.ALERT)

    def send(self):
        """Upload what waits."""
        self.life.send(self.collector)

    def both(self):
        """Seal two batches while the outbox is uploaded."""
        life = self.life
        life.join_ms = 0  # or sealing is over before the upload begins

        async def seal():
            for _ in range(2):
                number = life.tag.counters.next_number
                await life.sealer.seal_batch(batch.ROUTINE, tag_life.START_S)
                self._promised.append(number)

        async def upload():
            for _ in range(self._delay):
                await asyncio.sleep_ms(0)
            await life.upload(self.collector)

        async def together():
            await asyncio.gather(seal(), upload())

        asyncio.run(together())

    def activate(self):
        """Put a new order in the place of the old."""
        tag_life.stored.replace("/policy", b"new" * 2_000)

    def check(self):
        """See that the order is the old one or the new one."""
        if tag_life.stored.read("/policy") not in (b"old", b"new" * 2_000):
            self.breaches.append("the order is torn")


class _Watched:
    """The generator; nothing that it gives may come twice."""

    def __init__(self, drbg, drawn, breaches):
        self._drbg = drbg
        self._drawn = drawn
        self._breaches = breaches

    def generate(self, count):
        data = self._drbg.generate(count)
        if count >= 8 and data in self._drawn:
            self._breaches.append("the generator repeats itself")
        self._drawn.append(data)
        return data


def _spans(data):
    """Return the [first, last] of what a batch says was dropped."""
    spans = []
    for entry in batch.decode(data).records:
        if entry[0] == record.EVENT and entry[2] == events.OUTBOX_DROPPED:
            spans.append([entry[3], entry[3]])
        elif entry[0] == record.EVENT and entry[2] == events.OUTBOX_DROPPED_TO:
            spans[-1][1] = entry[3]
    return spans


def _holds(spans, number):
    return any(first <= number <= last for first, last in spans)


def trial(image, script, cuts_at_op, keeps=128, delay=0, capacity=CAPACITY):
    """Return the breaches of one run."""
    made = Trial(keeps, delay, capacity)
    try:
        made.run(image, script, cuts_at_op)
    except Exception as error:
        made.breaches.append("raised %r" % error)
    return ["cut at %s: %s" % (cuts_at_op, breach) for breach in made.breaches]


def sweep(image, script, keeps=128):
    """Cut the script's first life at each of its operations; return (cuts, breaches)."""
    breaches = trial(image, script, (), keeps)
    if breaches:
        return 0, breaches  # it fails without a cut
    operations = Trial(keeps).run(image, script, ())[0]
    for cut_at_op in range(1, operations + 1):
        breaches += trial(image, script, (cut_at_op,), keeps)
    return operations, breaches


def sweep_twice(image, script, first_cuts):
    """Cut the first life there, and the second at each of its operations; (cuts, breaches)."""
    cuts, breaches = 0, []
    for first in first_cuts:
        operations = Trial(128).run(image, script, (first,))[1]
        for second in range(1, operations + 1):
            breaches += trial(image, script, (first, second))
        cuts += operations
    return cuts, breaches
