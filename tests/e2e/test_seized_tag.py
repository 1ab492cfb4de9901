"""R19: from an image of all flash and RAM nothing that was sealed earlier opens.

A simulated tag is seized several times in a run, seconds after it has sealed: it stands still at
these moments, whatever the machine's pace. With RETICENT_FULL=1 it is a whole day, and a fault is
planted: a tag that does not clean its memory is found out.
"""

import hashlib
import os
import shutil
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

import fixed_hpke
import rogue
import seized
from reticent.collector.store import Store
from reticent.run import Run
from reticent.sim import tag as sim_tag
from reticent.sim.demo import example_order
from reticent.sim.image import read_image
from reticent.sim.synthetic import make_day
from reticent.sim.tag import Extras
from reticent.sim.way import Setting, Way, redated
from reticent.sim.world import HOLD, Change
from reticent.tagcode import FIRMWARE, cbor, cose, envelope, policy
from sealing import derive

FULL = os.environ.get("RETICENT_FULL") == "1"
HOURS = (0, 24) if FULL else (12.35, 13.2)
_NEWEST = 8 if FULL else 2  # envelopes that the dear trials are on
# An image is taken before anything is sealed, and then in each hour soon after the ROUTINE batch,
# which is sealed at 3,540 s: of even hours and of odd ones.
_FIRST_LOOK_S = 300
_LOOKS_S = (3_570, 3_545)


class Thief:
    """Takes images at its seconds: (UTC second, memory, flash). The tag stands still meanwhile."""

    def __init__(self, folder, track):
        self.images = []
        self._flash = folder / "flash.img"
        first_s = track.start_s + _FIRST_LOOK_S
        hours = range(track.start_s // 3600, track.end_s // 3600 + 1)
        looks_s = [3600 * hour + _LOOKS_S[hour % 2] for hour in hours]
        self.looks_s = [first_s] + [one for one in looks_s if one < track.end_s]
        zero_ms = track.bursts[0].utc_ms
        holds = tuple(Change(1000 * one - zero_ms + 1_000, HOLD, 0, 0) for one in self.looks_s)
        self.extras = Extras(changes=holds, on_hold=self._look)

    def _look(self, utc_s):
        pid = seized.child(b"chip")
        assert pid is not None
        self.images.append((utc_s, seized.memory_of(pid), self._flash.read_bytes()))


def a_run(folder, hours):
    """Return (images, {number: (envelope, batch)}, recipients' public keys, public bytes)."""
    track = make_day(datetime(2026, 3, 2, tzinfo=UTC), hours=hours)
    order = redated(example_order(), track.start_s)
    run = Run(folder)
    thief = Thief(folder, track)
    way = Way(run, track, order, Setting(extras=thief.extras))
    run.start()
    outcome = way.go(lambda _line: None)
    assert outcome.waiting == 0
    assert len(thief.images) == len(thief.looks_s)
    store = Store(run.database)
    sealed = {one.number: one.sealed for one in store.envelopes()}
    store.close()
    batches = {one.number: (sealed[one.number], seized.plain_of(one)) for one in outcome.opened}
    signed = run.policy.read_bytes()
    _, duty, officer, wearer = cbor.decode(cose.parse(signed)[1])[policy.RECIPIENTS]
    files = read_image(folder / "flash.img")
    public = [data for name, data in files.items() if name.startswith("lib/")]
    public += [signed, *sealed.values()]
    return thief.images, batches, [*duty, *officer, wearer], public, files["identity.pub"]


def found_in(images, batches, keys, public):
    """Return ([(UTC second, what opens an envelope) ...], how many secrets were tried)."""
    found = []
    count = 0
    before = set()  # what was there before anything was sealed
    for utc_s, memory, flash in images:
        windows = {one for part in (*memory, flash) for one in seized.random_windows(part)}
        points = {one for part in memory for one in seized.field_elements(part)}
        earlier = [batches[one] for one in sorted(batches) if batches[one][0][:200] in flash]
        if not earlier:
            before = windows | points
            continue
        loot = seized.Loot(*map(list, zip(*earlier, strict=True)), keys, _NEWEST)
        windows = seized.without_public(windows - before, public)
        points = points - before | windows
        found += [(utc_s, what) for what in map(loot.opens, windows) if what]
        found += [(utc_s, what) for what in map(loot.opens_as_point, points) if what]
        count += len(points)
    return found, count


@pytest.fixture(scope="module")
def spoils(tmp_path_factory):
    return a_run(tmp_path_factory.mktemp("seized") / "run", HOURS)


def test_from_all_flash_and_memory_nothing_sealed_earlier_opens(spoils):
    images, batches, keys, public, _ = spoils
    assert len(images) == (25 if FULL else 2)
    found, tried = found_in(images, batches, keys, public)
    print(f"{len(images)} images, {len(batches)} envelopes, {tried:,} secrets tried")
    assert found == []
    assert tried


def test_the_thief_does_see_the_secrets_that_are_there(spoils):
    """The identity's seed is in RAM and on flash: a seized tag can sign, until it is reported."""
    images, _, _, _, identity = spoils
    for place in (images[-1][1], [images[-1][2]]):
        windows = {one for part in place for one in seized.random_windows(part)}
        assert any(
            Ed25519PrivateKey.from_private_bytes(one).public_key().public_bytes_raw() == identity
            for one in windows
        )


def test_every_secret_that_could_open_an_envelope_would_be_known_for_what_it_is():
    """Planted at an odd place among other bytes, each is found; so are the field's limbs."""
    random, ephemeral, ikm = (hashlib.sha256(b"planted %d" % i).digest() for i in range(3))
    tag = rogue.Tag(50)
    header = envelope.Header(tag.id, 1, 1, 1, bytes(32), bytes(32),
                             envelope.recipients_hash(tag.kids))  # fmt: skip
    hedge = header.encode_without_commit() + hashlib.sha256(rogue.EMPTY).digest()
    tag.secret = seized.hmac.digest(random, hedge, "sha256")
    derived = seized.ephemeral_of(ikm)
    tag._wrap = lambda key, info, secret: fixed_hpke.seal(
        derived if key == tag.public_keys[0] else ephemeral, key, info, secret
    )
    sealed = tag.sealed(rogue.EMPTY)
    loot = seized.Loot([sealed], [rogue.EMPTY], tag.public_keys)
    dh = X25519PrivateKey.from_private_bytes(derived).exchange(
        X25519PublicKey.from_public_bytes(tag.public_keys[0])
    )
    shared = seized.shared_of(dh, envelope.parse(sealed).wrapped[0][1][:32], tag.public_keys[0])
    planted = {
        "content secret": tag.secret,
        "key material of the commit": seized.hmac.digest(bytes(32), tag.secret, "sha256"),
        "AES key": derive(tag.secret, envelope.KEY_INFO),
        "ephemeral or recipient's private key": ephemeral,
        "an ephemeral key's material": ikm,
        "random bytes of a content secret": random,
        "a shared secret of HPKE": shared,
    }
    for what, secret in planted.items():
        memory = bytes(range(201)) + secret + os.urandom(77)
        found = {loot.opens(one) for one in seized.random_windows(memory)} - {None}
        assert found == {what}, what
    limbs = seized.limbs_of(dh)
    for memory, look in ((b"xyz" + dh, seized.random_windows), (limbs, seized.field_elements)):
        assert any(loot.opens_as_point(one) for one in look(b"\0" * 64 + memory))


@pytest.mark.skipif(not FULL, reason="RETICENT_FULL=1: a second run, with a fault planted")
def test_a_tag_that_does_not_clean_its_memory_is_found_out(tmp_path, monkeypatch):
    firmware = tmp_path / "firmware"
    shutil.copytree(FIRMWARE, firmware)
    sealing = firmware / "duty" / "sealing.py"
    clean = sealing.read_text()
    scrub = "await tag.run_steps(tag.scrub())"
    assert scrub in clean
    sealing.write_text(clean.replace(scrub, "pass"))
    monkeypatch.setattr(sim_tag, "FIRMWARE", firmware)
    images, batches, keys, public, _ = a_run(tmp_path / "run", (12.35, 13.2))
    found, _ = found_in(images, batches, keys, public)
    print(found)
    assert found
