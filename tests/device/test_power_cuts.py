"""R23 on real LittleFS over the mocked flash: power is cut at every flash operation.

The generator's fresh entropy is constant, the worst case. RETICENT_FULL=1 tears each operation in
three places. Every guard is taken away once, to see that the sweep finds it missing.
"""
# path: host_tools/reticent/sim/mock

import asyncio
import os

import tag_life
from cases import is_full
from duty import core
from store import commit, counters, files, outbox
from sweep import Trial, sweep, sweep_twice, trial
from wire import envelope

FIRST = [[], [Trial.routine, Trial.send]]
WORK = [
    [
        Trial.activate,
        Trial.routine,
        Trial.alert,
        Trial.routine,
        Trial.alert,
        Trial.routine,
        Trial.send,
        Trial.both,
    ],
    [Trial.check, Trial.send],
    [Trial.check, Trial.routine],
    [Trial.send],
]
# Shorter, for the sweeps that must fail: two batches, an upload.
BRIEF = [[Trial.routine, Trial.routine, Trial.send], [Trial.send], [Trial.routine, Trial.send]]
# Cut in the first life and again in the second.
TWICE = [[Trial.routine], [Trial.send], [Trial.routine, Trial.send]]
# A batch sealed while others are acked.
BUSY = [[Trial.both], [Trial.send], [Trial.routine, Trial.send]]


def working_image():
    """Return the image of a tag that has two envelopes waiting."""
    life = tag_life.Life(tag_life.blank_image())
    life.mount()
    life.boot()
    for _ in range(2):
        life.seal(1)
    return life.image()


def assert_holds(image, script, least_cuts):
    for keeps in (0, 128, 256) if is_full() else (128,):
        cuts, breaches = sweep(image, script, keeps)
        print("%d cuts, each keeping %d/256 of its operation" % (cuts, keeps))
        assert cuts >= least_cuts, cuts
        assert not breaches, breaches[:5]


def breaches_without(module, name, fault, look=lambda image: sweep(image, BRIEF), image=None):
    """Return the breaches with one function of the firmware replaced by a faulty one."""
    image = image or working_image()
    guard = getattr(module, name)
    setattr(module, name, fault)
    try:
        cuts, breaches = look(image)
    finally:
        setattr(module, name, guard)
    print("%d breaches in %d cuts, first: %s" % (len(breaches), cuts, breaches[:1]))
    return breaches


def twice(image):
    operations = Trial(128).run(image, TWICE, ())[0]
    first = range(1 if is_full() else operations - 4, operations + 1)
    return sweep_twice(image, TWICE, first)


def turns_of_a_batch(image):
    """Return how many turns of the loop the sealing and storing of one batch takes."""
    life = tag_life.Life(image)
    life.mount()
    life.boot()
    turns = [0]

    async def count():
        while True:
            turns[0] += 1
            await asyncio.sleep_ms(0)

    async def seal():
        counting = asyncio.create_task(count())
        await life.sealer.seal_batch(1, tag_life.START_S)
        counting.cancel()

    asyncio.run(seal())
    return turns[0]


def busy(image):
    turns = turns_of_a_batch(image)
    delays = range(0 if is_full() else turns - 24, turns + 8)
    breaches = []
    for delay in delays:
        breaches += trial(image, BUSY, (), delay=delay)
    return len(delays), breaches


def test_every_cut_of_a_first_boot_leaves_a_tag_that_boots():
    assert_holds(tag_life.blank_image(), FIRST, 15)


def test_every_cut_of_boot_activate_seal_put_ack_and_drop_keeps_r23():
    assert_holds(working_image(), WORK, 120)


def test_what_a_batch_that_is_itself_given_up_told_of_is_told_again():
    script = [[Trial.routine, Trial.alert] * 4, [Trial.send], [Trial.routine, Trial.send]]
    for capacity in (1, 2):
        breaches = trial(working_image(), script, (), capacity=capacity)
        assert not breaches, (capacity, breaches)


def test_a_cut_in_the_boot_after_a_cut_keeps_r23():
    cuts, breaches = twice(working_image())
    print("%d pairs of cuts" % cuts)
    assert cuts >= 40, cuts
    assert not breaches, breaches[:5]


def test_sealing_beside_an_upload_keeps_r23():
    _, breaches = busy(working_image())
    assert not breaches, breaches[:5]


def test_without_the_rename_it_fails():
    def in_place(path, data):
        with open(path, "wb") as file:
            file.write(data)
        yield

    blank = tag_life.blank_image()
    look = lambda image: sweep(image, FIRST)  # noqa: E731
    assert breaches_without(files, "replace_steps", in_place, look, blank)


def test_without_the_close_before_the_rename_it_fails():
    def unclosed(path, data):
        file = open(path + ".tmp", "wb")
        file.write(data)
        yield
        os.rename(path + ".tmp", path)
        file.close()

    assert breaches_without(files, "replace_steps", unclosed)


def test_without_the_close_of_a_segment_it_fails():
    opened = []

    def unclosed(self, number, kind, envelope):
        path = "/outbox/%08x.%s" % (number, kind)
        opened.append(open(path, "wb"))
        opened[-1].write(number.to_bytes(4, "big") + len(envelope).to_bytes(2, "big") + envelope)
        self._shelf(kind).firsts.append(number)
        yield

    assert breaches_without(outbox.Outbox, "put_steps", unclosed)


def test_where_an_ack_takes_the_whole_segment_it_fails():
    def greedy(self, number):
        shelf = self._shelf_of(number)
        if shelf is not None:
            first, waiting = shelf.segment(number)
            os.remove(self._path(first, shelf.kind))
            shelf.firsts.remove(first)
            for gone in waiting:
                shelf.numbers.remove(gone)

    # The first post takes the ALERT and three ROUTINE, of which the third shares its segment.
    script = [[Trial.alert, Trial.routine, Trial.routine, Trial.send]] + BRIEF[1:]
    assert breaches_without(outbox.Outbox, "remove", greedy, lambda image: sweep(image, script))


def test_with_two_writers_at_once_it_fails():
    async def unlocked(self, steps):
        for _ in steps:
            await asyncio.sleep_ms(0)

    assert breaches_without(core.Tag, "write", unlocked, busy)


def test_with_the_counters_before_the_envelope_it_fails():
    def early(outbox, counted, kind, sealed, tells_dropped):
        number = counted.next_number
        counted.advance(sealed, None)
        yield from counted.save_steps()
        yield from outbox.put_steps(number, kind, sealed)
        outbox.admit(number, kind)

    from duty import sealing

    assert breaches_without(sealing, "commit", early)


def test_without_writing_down_what_the_boot_mended_it_fails():
    def forgetful(self):
        if self.next_number == 1:
            files.replace(self._path, self._encode())

    assert breaches_without(counters.Counters, "save", forgetful, twice)


def test_without_a_word_of_what_goes_it_fails():
    def silent(outbox, counted, numbers):
        for number in numbers:
            outbox.remove(number)
            yield

    script = [[Trial.routine] * 6, BRIEF[1], BRIEF[2]]
    assert breaches_without(commit, "_give_up", silent, lambda image: sweep(image, script))


def test_with_a_seed_that_is_used_before_it_is_replaced_it_fails():
    from duty import secrets
    from seal.drbg import Drbg
    from seal.hmac import hmac_sha256

    def stale(self, fresh):
        return Drbg(hmac_sha256(self._vault.state, (b"run", fresh)))

    assert breaches_without(secrets.Secrets, "start_generator", stale)


def test_counters_that_are_lost_are_not_begun_anew():
    from store import StoreError

    life = tag_life.Life(working_image())
    life.mount()
    os.remove("/state/counters")
    try:
        life.boot()
        raise AssertionError
    except StoreError:
        pass


def test_what_waits_is_whole_after_any_boot():
    image = working_image()
    life = tag_life.Life(image)
    life.mount()
    life.boot()
    outbox = life.tag.outbox
    assert outbox.numbers(9) == [1, 2]
    assert [envelope.parse(outbox.get(n)).header.number for n in (1, 2)] == [1, 2]
