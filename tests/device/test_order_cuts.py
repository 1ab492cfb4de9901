"""Taking and activating an order, with power cut at every flash operation: old or new, never none
nor both. And a restored flash image, or a spoofed date, brings no old order back (R28).
"""
# path: host_tools/reticent/sim/mock

import asyncio
import hashlib

import orders
import tag_life
from duty.orders import Orders
from seal import ed25519
from seal.steps import run
from tag import events, locate, policy
from uplink import http
from wire import cbor, cose
from wire.config import Config
from wire.envelope import kid_of

SEED = b"\x07" * 32
PUBLIC = run(ed25519.public_key(SEED))
KID = kid_of(PUBLIC)
START_S = tag_life.START_S
CONFIG = Config(PUBLIC, tag_life.ACK_KEY, "collector.test", 443, b"ca", "ssid", "key", 9600)


def signed(fields, seed=SEED):
    payload = cbor.encode(fields)
    signature = run(ed25519.sign(seed, cose.to_be_signed(KID, payload)))
    return cose.frame(KID, payload, signature)


def order(tag, version, **changes):
    """Return a signed order of this version for the tag."""
    return signed(orders.fields(TAG=tag, VERSION=version, **changes))


class Follower:
    """Hears what a Sampler or a Sealer hears."""

    def __init__(self):
        self.heard = []

    def follow(self, followed):
        self.heard.append(followed.version)

    def locate(self, number):
        self.heard.append(("locate", number))


class Arriving:
    """A stream that has these bytes."""

    def __init__(self, data):
        self._data = data

    async def readexactly(self, count):
        piece, self._data = self._data[:count], self._data[count:]
        assert len(piece) == count
        return piece


class Trial:
    """A life of the tag with its orders."""

    def __init__(self, image, cut_at_op=0, utc_s=START_S):
        self.life = tag_life.Life(image, cut_at_op=cut_at_op)
        self.life.mount()
        self.life.boot()
        self.tag = self.life.tag
        self.tag.timebase.confirm(utc_s, 0)
        self.orders = Orders(self.tag)
        self.follower = Follower()
        self.orders.followers = (self.follower,)

    def load(self):
        asyncio.run(self.orders.load())
        return self

    def take(self, data):
        """Take an order as an answer's bytes bring it: some with the acks, the rest in pieces."""
        digest = hashlib.sha256(data).digest()
        body = http.Body(Arriving(data[100:]), len(data[100:]))
        asyncio.run(self.orders.receive(digest, data[:100], body))
        asyncio.run(self.orders.take_arrived())

    def advance(self):
        asyncio.run(self.orders.advance())

    def version(self):
        return None if self.orders.policy is None else self.orders.policy.version

    def told(self, code, utc_s=START_S):
        return [value for said, value in self.orders.take_events(utc_s) if said == code]


def under_version_1():
    """Return (image of a tag with version 1 in force, the tag's id)."""
    life = tag_life.Life(tag_life.blank_image(files={"/config": CONFIG.encode()}))
    life.mount()
    life.boot()
    tag = life.tag.tag
    tag_life.stored.replace("/policy", order(tag, 1))
    image = life.image()
    trial = Trial(image).load()
    assert trial.version() == 1
    return trial.life.image(), tag


IMAGE, TAG = under_version_1()
NEW = order(TAG, 2)


def cut_everywhere(image, work):
    """Run work(trial) cut at each flash operation; yield (operation, image after the cut)."""
    operation = 0
    while True:
        operation += 1
        trial = None
        try:
            trial = Trial(image, cut_at_op=operation)
            work(trial)
            return
        except BaseException as error:
            if type(error).__name__ != "PowerCut":
                raise
        import world

        world.flash.seek(0)
        yield operation, world.flash.read()


def take_and_activate(trial):
    trial.load()
    trial.take(NEW)
    trial.advance()


def test_every_cut_of_taking_and_activating_leaves_the_old_or_the_new():
    cuts, seen = 0, {1: 0, 2: 0}
    for operation, image in cut_everywhere(IMAGE, take_and_activate):
        after = Trial(image).load()
        assert after.version() in (1, 2), (operation, after.version())
        seen[after.version()] += 1
        after.advance()  # what waited whole goes on
        take_and_activate(after)
        assert after.version() == 2, operation
        again = Trial(after.life.image()).load()
        assert again.version() == 2, operation
        cuts += 1
    print(cuts, "cuts:", seen)
    assert cuts >= 10 and min(seen.values()) >= 1, (cuts, seen)


def test_every_cut_of_taking_one_from_usb_leaves_the_old_or_the_new():
    life = tag_life.Life(IMAGE)
    life.mount()
    tag_life.stored.replace("/policy", NEW)
    image = life.image()

    def work(trial):
        trial.load()
        trial.advance()

    cuts = 0
    for operation, cut in cut_everywhere(image, work):
        after = Trial(cut).load()
        assert after.version() in (1, 2), operation
        after.advance()
        assert after.version() == 2, operation
        cuts += 1
    assert cuts >= 5, cuts


def test_with_a_copy_in_place_of_the_rename_it_fails():
    """The fault that the sweep guards against."""
    from store.policies import Policies

    def in_place(self):
        import os

        data = tag_life.stored.read(self.next)
        os.remove(self.current)
        os.remove(self.next)
        with open(self.current, "wb") as file:
            file.write(data)
        yield

    real, Policies.activate_steps = Policies.activate_steps, in_place
    try:
        lost = [
            operation
            for operation, image in cut_everywhere(IMAGE, take_and_activate)
            if Trial(image).load().version() not in (1, 2)
        ]
    except BaseException as error:  # or nothing can be mounted or written any more
        lost = [error]
    finally:
        Policies.activate_steps = real
    assert lost


def test_a_newer_order_waits_for_its_start_and_its_followers_are_told():
    later = order(TAG, 2, NOT_BEFORE=START_S + 3_600, REVIEW_BY=START_S + 7_200)
    trial = Trial(IMAGE).load()
    trial.take(later)
    assert trial.told(events.POLICY_PENDING) == [2]
    trial.advance()
    assert (trial.version(), trial.follower.heard) == (1, [])
    trial = Trial(trial.life.image()).load()  # over a boot
    trial.tag.timebase.confirm(START_S + 3_599, 0)
    trial.advance()
    assert trial.version() == 1
    trial.tag.clock.now_ms += 1_000
    trial.advance()
    assert (trial.version(), trial.follower.heard) == (2, [2])
    assert trial.told(events.POLICY_ACTIVE) == [2]


def test_an_order_that_comes_while_another_is_put_in_force_waits_for_its_start():
    later = order(TAG, 3, NOT_BEFORE=START_S + 3_600, REVIEW_BY=START_S + 7_200)

    async def both(held):
        digest = hashlib.sha256(later).digest()
        await held.receive(digest, later, http.Body(Arriving(b""), 0))
        await asyncio.gather(held.take_arrived(), held.advance())

    trial = Trial(IMAGE).load()
    trial.take(NEW)
    asyncio.run(both(trial.orders))
    on_flash = Trial(trial.life.image()).load()
    assert on_flash.version() == trial.version()
    on_flash.tag.timebase.confirm(START_S + 3_600, 0)
    on_flash.advance()
    assert on_flash.version() == 3


def test_a_wrong_order_leaves_the_old_one_and_says_why():
    other = b"\x08" * 32
    cases = (
        (order(TAG, 1), policy.NOT_NEWER),
        (order(bytes(8), 2), policy.OTHER_TAG),
        (order(TAG, 2, CELL_M=499), policy.BAD_LIMIT),
        (order(TAG, 2, REVIEW_BY=orders.NOT_BEFORE + 20 * 86_400), policy.NOT_REVIEWED),
        (signed(orders.fields(TAG=TAG, VERSION=2), other), policy.BAD_SIGNATURE),
        (b"nonsense", policy.BAD_FORM),
        (bytes(16_385), policy.BAD_FORM),
    )
    for data, code in cases:
        trial = Trial(IMAGE).load()
        trial.take(data)
        trial.advance()
        assert trial.version() == 1, code
        assert trial.told(events.POLICY_REFUSED) == [code]
        trial.take(data)  # it comes with every answer: it is said once
        assert trial.told(events.POLICY_REFUSED) == []
        tag_life.stored.replace("/policy", data)
        usb = Trial(trial.life.image()).load()
        assert (usb.version(), usb.told(events.POLICY_REFUSED)) == (1, [code])
        assert tag_life.stored.read("/policy") is None


def test_an_order_that_finds_no_room_is_refused_and_said_once():
    def no_room(data, start, stop, on_checked=None):
        yield
        raise MemoryError

    for name in ("terms_steps", "decode_steps"):
        trial = Trial(IMAGE).load()
        real = getattr(policy, name)
        setattr(policy, name, no_room)
        try:
            trial.take(NEW)
            trial.advance()
        finally:
            setattr(policy, name, real)
        assert trial.version() == 1, name
        assert trial.told(events.POLICY_REFUSED) == [policy.NO_ROOM], name
        trial.take(NEW)
        assert Trial(trial.life.image()).load().version() == 1, name


def test_a_boot_with_an_order_feeds_the_watchdog_in_each_step_and_no_more_behind_it():
    trial = Trial(IMAGE)
    fed = []
    trial.tag.watchdog.feed = lambda: fed.append(1)
    trial.load()
    assert len(fed) > 30, len(fed)  # the largest takes a Pico 10 s, and nobody else feeds it
    count = len(fed)
    trial.take(NEW)
    assert len(fed) == count


def test_an_order_that_is_not_what_its_hash_names_is_dropped_and_fetched_again():
    trial = Trial(IMAGE).load()
    digest = hashlib.sha256(NEW).digest()
    other = NEW[:-1] + b"?"
    body = http.Body(Arriving(other[100:]), len(other[100:]))
    asyncio.run(trial.orders.receive(digest, other[:100], body))
    asyncio.run(trial.orders.take_arrived())
    trial.advance()
    assert trial.version() == 1
    assert trial.told(events.POLICY_REFUSED) == []
    trial.take(NEW)
    trial.advance()
    assert trial.version() == 2


def test_an_order_is_decoded_in_steps():
    zone = [1, "zone", "a reason", [policy.CIRCLE, 1_000, 1_000, 100], list(range(2_000))]
    data = cbor.encode(orders.fields([zone]))
    assert len(list(policy.decode_steps(data, 0, len(data)))) >= 2_000 // 32 * 3
    assert len(policy.decode(data).zones[0].windows) == 1_000


def test_a_restored_image_says_nothing_and_takes_the_newer_order_again():
    trial = Trial(IMAGE).load()
    take_and_activate(trial)
    asyncio.run(trial.orders.allow(2))
    assert not trial.orders.is_barred()
    restored = Trial(IMAGE).load()  # the flash as it was under version 1
    assert restored.version() == 1
    asyncio.run(restored.orders.allow(2))  # what the next ack says
    assert restored.orders.is_barred()
    assert restored.told(events.POLICY_BARRED) == [2]
    asyncio.run(restored.orders.allow(1))  # an older ack takes nothing back
    again = Trial(restored.life.image()).load()
    assert again.orders.is_barred()
    again.take(NEW)
    again.advance()
    assert again.version() == 2
    assert not again.orders.is_barred()


def test_an_older_order_is_not_taken_even_where_the_newer_one_is_lost():
    trial = Trial(IMAGE).load()
    take_and_activate(trial)
    import os

    os.remove("/orders/policy")
    lost = Trial(trial.life.image()).load()
    assert lost.version() is None
    tag_life.stored.replace("/policy", order(TAG, 1))
    assert Trial(lost.life.image()).load().version() is None


def test_a_spoofed_date_neither_ends_the_order_nor_starts_the_next():
    later = order(TAG, 2, NOT_BEFORE=START_S + 5 * 86_400, REVIEW_BY=START_S + 6 * 86_400)
    for spoofed_s in (400 * 86_400, 6 * 86_400, -6 * 86_400):
        trial = Trial(IMAGE).load()
        trial.take(later)
        tag = trial.tag
        assert tag.timebase.observe(START_S + spoofed_s, 1_000) != 0
        assert tag.timebase.in_doubt
        trial.advance()
        assert trial.version() == 1
        assert trial.orders.policy.phase(tag.utc_s()) == policy.ACTIVE
        # At a boot, before any ack: a date that ends the order is not believed either.
        booted = Trial(trial.life.image(), utc_s=START_S).load()
        booted.tag.timebase._utc_s = None
        booted.tag.timebase.observe(orders.NOT_BEFORE + 400 * 86_400, 1_000)
        assert booted.tag.timebase.in_doubt
        assert booted.orders.policy.phase(booted.tag.utc_s()) == policy.ACTIVE


def test_what_is_due_about_the_review_is_said_once():
    trial = Trial(IMAGE).load()
    review_s = trial.orders.policy.review_by
    assert trial.told(events.REVIEW_DUE, review_s - 15 * 86_400) == []
    assert trial.told(events.REVIEW_DUE, review_s - 14 * 86_400) == [14]
    assert trial.told(events.REVIEW_DUE, review_s - 13 * 86_400) == []
    assert trial.told(events.REVIEW_DUE, review_s - 7 * 86_400) == [7]
    assert trial.told(events.REVIEW_DUE, review_s - 60) == [1]
    assert trial.told(events.STEPPED_DOWN, review_s) == [policy.BREACH]
    assert trial.told(events.STEPPED_DOWN, review_s + 60) == []


def locating(number=1, tag=TAG, version=1, issued_s=START_S - 60, life_s=3_600, seed=SEED):
    fields = (2, tag, version, number, issued_s, issued_s + life_s, "A. Judge", "a reason", "77")
    return signed(dict(enumerate(fields, 1)), seed)


def test_a_locate_order_is_acted_on_where_it_is_genuine_and_not_else():
    trial = Trial(IMAGE).load()
    trial.take(locating())
    assert trial.follower.heard == [("locate", 1)]
    assert locate.is_one(locating()) and not locate.is_one(NEW)
    for data, code in (
        (locating(tag=bytes(8)), policy.OTHER_TAG),
        (locating(version=2), policy.BAD_LIMIT),
        (locating(issued_s=START_S - 7_200), policy.BAD_LIMIT),
        (locating(life_s=86_401), policy.BAD_LIMIT),
        (locating(number=0), policy.BAD_LIMIT),
        (locating(seed=b"\x08" * 32), policy.BAD_SIGNATURE),
    ):
        trial = Trial(IMAGE).load()
        trial.take(data)
        assert trial.follower.heard == [], code
        assert trial.told(events.LOCATE_INVALID) == [code]
