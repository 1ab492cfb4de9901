"""The tag's secrets on real LittleFS over the mocked flash: cuts, copies, and what the raw image
still holds. RETICENT_FULL=1 makes 1,000 boots where a few dozen are made else.

The generator's fresh entropy is constant, the worst case.
"""
# path: host_tools/reticent/sim/mock

import os

import tag_life
from cases import is_full
from duty.secrets import FOLDER, Secrets

# What signs does not lie on the mocked flash.
from seal import ed25519, edwards25519, envelope, scalar25519, sha512, x25519  # noqa: F401
from seal.drbg import Drbg
from seal.hmac import hmac_sha256
from seal.steps import run
from store import files
from store.blocks import BlockPair, BlocksError
from tag import events
from tag.policy import PolicyError
from wire import FormatError, vault
from wire.batch import ROUTINE, decode
from wire.envelope import ZERO_HASH, Header, parse

SEED = b"\x07" * 32  # tag_life's
BLOCKS = 24
BOOTS = 1_000 if is_full() else 40
CUTS = 1_000 if is_full() else 30


class Lcg:
    """The same numbers every run."""

    def __init__(self, state):
        self.state = state

    def below(self, bound):
        self.state = (self.state * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        return (self.state >> 8) % bound


def life_on(image, **world):
    """Return a mounted life on the image."""
    life = tag_life.Life(image, **world)
    life.mount()
    return life


def pair():
    import rp2

    return BlockPair(rp2.Flash(), FOLDER)


def start():
    """Boot as far as the generator; return (secrets, generator)."""
    secrets = Secrets(pair())
    return secrets, secrets.start_generator(b"constant")


def states(count):
    """Return the generator's states after none, one, ... boots."""
    chain = [SEED]
    for _ in range(count):
        chain.append(hmac_sha256(chain[-1], b"next"))
    return chain


def found_in(image, secrets, piece=16):
    """Return how many of the secrets lie in the image: a piece from either end is enough."""
    return sum(1 for one in secrets if one[:piece] in image or one[-piece:] in image)


def use_littlefs(round_number):
    """Write as a tag does, so that LittleFS takes and gives back blocks."""
    files.ensure_folder("/outbox")
    for i in range(2):
        files.replace(
            "/outbox/%d" % ((round_number + i) % 3), bytes((round_number & 255,)) * 1_500
        )


def cut_at_random(cuts):
    """Boot until power has been cut so many times; return (image, outputs, how many repeated)."""
    image = tag_life.blank_image(BLOCKS)
    random = Lcg(7)
    outputs, repeated = set(), 0
    boot = 0
    while cuts:
        boot += 1
        life = life_on(image, cut_at_op=1 + random.below(40), cut_keeps=random.below(257))
        try:
            secrets, drbg = start()
            output = drbg.generate(32)
            repeated += output in outputs
            outputs.add(output)
            secrets.load_identity(drbg)
            use_littlefs(boot)
        except life.clock.PowerCut:
            cuts -= 1
        image = life.image()
    return image, outputs, repeated


def test_no_output_repeats_over_power_cuts_and_no_old_state_stays():
    image, outputs, repeated = cut_at_random(CUTS)
    assert repeated == 0
    life = life_on(image)
    secrets, drbg = start()
    assert drbg.generate(32) not in outputs
    now = secrets._vault.state
    chain = states(3 * CUTS)
    old = chain[: chain.index(now)]
    print("%d cuts, %d generators, %d states" % (CUTS, len(outputs), len(old)))
    assert len(outputs) > CUTS // 2
    assert found_in(life.image(), old) == 0
    assert found_in(life.image(), [now]) == 1


def test_with_a_generator_before_its_state_is_replaced_outputs_repeat():
    def early(self, fresh):
        self._blocks.store(self._blocks.load())
        return Drbg(hmac_sha256(self._vault.state, (b"run", fresh)))

    kept = Secrets.start_generator
    Secrets.start_generator = early
    try:
        assert cut_at_random(10)[2]
    finally:
        Secrets.start_generator = kept


def test_without_the_erase_of_the_old_block_its_state_stays():
    class Keeping(BlockPair):
        def _blank(self, index):
            if index != self._spared:
                super()._blank(index)

        def store(self, record):
            self._spared = self._current
            super().store(record)

        _spared = None

    life = life_on(tag_life.blank_image(BLOCKS))
    import rp2

    Secrets(Keeping(rp2.Flash(), FOLDER)).start_generator(b"constant")
    assert found_in(life.image(), [SEED]) == 1
    pair()  # as after a cut before the erase: the next boot makes up for it
    assert found_in(life.image(), [SEED]) == 0


def test_no_old_state_stays_over_boots_without_cuts():
    life = life_on(tag_life.blank_image(BLOCKS))
    for boot in range(BOOTS):
        start()
        use_littlefs(boot)
    chain = states(BOOTS)
    assert found_in(life.image(), chain[:-1]) == 0
    assert found_in(life.image(), chain[-1:]) == 1


def test_a_file_would_leave_old_states():
    """What the blocks are for: the same through LittleFS."""
    life = life_on(tag_life.blank_image(BLOCKS))
    chain = states(40)
    for state in chain:
        files.replace("/secrets/file", state + bytes(600))  # above what is kept inline
    left = found_in(life.image(), chain[:-1])
    print("%d of 40 old states are left by files" % left)
    assert left >= 2


def test_littlefs_never_moves_or_reuses_the_blocks():
    life = life_on(tag_life.blank_image(BLOCKS))
    secrets, _ = start()
    blocks = list(secrets._blocks._blocks)
    before = [life.image()[4096 * block :][:4096] for block in blocks]
    for round_number in range(5):
        names = []
        try:
            while True:
                name = "/fill%d" % len(names)
                names.append(name)
                with open(name, "wb") as file:
                    file.write(bytes((round_number,)) * 3_000)
        except OSError:
            pass  # full
        assert len(names) > 5, names
        for name in names:
            try:
                os.remove(name)
            except OSError:
                pass  # the one that did not fit
    assert [life.image()[4096 * block :][:4096] for block in blocks] == before
    life = life_on(life.image())
    assert pair()._blocks == blocks


def test_blocks_are_found_where_their_files_are():
    """Copied by way of the file system, as a backup is put back: old blocks lie about, alike."""
    life = life_on(tag_life.blank_image(BLOCKS))
    state = start()[0]._vault.state
    for _ in range(6):
        for name in vault.NAMES:
            path = FOLDER + "/" + name
            files.replace(path, files.read(path))
        use_littlefs(0)  # so that not always the lower block is the file's
        life = life_on(life.image())
        secrets = Secrets(pair())
        assert secrets._vault.state == state
        secrets.start_generator(b"")
        state = hmac_sha256(state, b"next")
        life = life_on(life.image())
        assert Secrets(pair())._vault.state == state


def test_every_cut_of_a_boot_leaves_the_old_state_or_the_next():
    image = tag_life.blank_image(BLOCKS)
    seen = set()
    for cut_at_op in range(1, 9):
        for keeps in (0, 6, 40, 84, 110, 120, 200, 256):
            life = life_on(image, cut_at_op=cut_at_op, cut_keeps=keeps)
            try:
                start()
            except life.clock.PowerCut:
                pass
            life_on(life.image())
            state = Secrets(pair())._vault.state
            assert state in (SEED, hmac_sha256(SEED, b"next")), (cut_at_op, keeps)
            seen.add(state)
    assert len(seen) == 2


def test_an_erased_block_without_its_mark_is_found_again():
    """The power went between the erase and the mark."""
    life = life_on(tag_life.blank_image(BLOCKS))
    secrets, _ = start()
    blocks = secrets._blocks
    life.tag = None
    blocks._device.ioctl(6, blocks._blocks[1 - blocks._current])
    life = life_on(life.image())
    again = Secrets(pair())
    assert again._vault.state == secrets._vault.state
    again.start_generator(b"")


def test_a_lost_file_of_the_idle_block_is_made_anew():
    life = life_on(tag_life.blank_image(BLOCKS))
    secrets, _ = start()
    idle = 1 - secrets._blocks._current
    os.remove(FOLDER + "/" + vault.NAMES[idle])
    life = life_on(life.image())
    assert Secrets(pair())._vault.state == secrets._vault.state


def test_a_tag_that_was_never_personalised_does_not_start():
    life_on(tag_life.blank_image(BLOCKS, {"/secrets/a": b"", "/secrets/b": b""}))
    try:
        start()
        raise AssertionError
    except FormatError:
        pass


def test_a_worn_block_is_an_error_and_the_old_record_stays():
    life = life_on(tag_life.blank_image(BLOCKS))
    blocks = pair()
    stuck = blocks._blocks[1 - blocks._current]
    life = life_on(life.image(), stuck_blocks=(stuck,))
    blocks = pair()
    try:
        blocks.store(bytes(len(blocks.load())))
        raise AssertionError
    except BlocksError:
        pass
    life = life_on(life.image())
    assert vault.decode(pair().load()).state == SEED


def test_noise_makes_another_generator_of_the_same_flash_and_the_same_next_state():
    """Whoever has read the flash foretells nothing of a boot whose noise he cannot guess."""
    image = tag_life.blank_image(BLOCKS)
    outputs, nexts = set(), set()
    for fresh in (b"noise", b"other noise", b""):
        life_on(image)
        secrets = Secrets(pair())
        drbg = secrets.start_generator(fresh)
        outputs.add(drbg.generate(32))
        nexts.add(secrets._vault.state)
        run_state = hmac_sha256(SEED, b"run" + fresh)
        assert Drbg(run_state).generate(32) in outputs, "docs/SEALING.md's derivation"
    assert len(outputs) == 3
    assert nexts == {hmac_sha256(SEED, b"next")}


def test_the_offset_is_kept_and_another_cell_is_refused():
    life = life_on(tag_life.blank_image(BLOCKS))
    secrets, drbg = start()
    offset = secrets.load_offset(1_000, drbg)
    for _ in range(3):  # renewals, and boots between them
        life = life_on(life.image())
        secrets, drbg = start()
        assert secrets.load_offset(1_000, drbg) == offset
    try:
        secrets.load_offset(500, drbg)
        raise AssertionError
    except PolicyError:
        pass


def test_release_leaves_no_offset_and_the_next_wearer_gets_another():
    life = life_on(tag_life.blank_image(BLOCKS))
    secrets, drbg = start()
    identity = secrets.load_identity(drbg)
    offset = secrets.load_offset(1_000, drbg)
    record = secrets._vault.encode()
    written = record[-12:]
    assert written in life.image()
    secrets.release()
    assert written not in life.image()
    life = life_on(life.image())
    secrets, drbg = start()
    assert secrets.load_identity(drbg) == identity
    assert secrets.load_offset(500, drbg) != offset
    assert written not in life.image()


def test_the_identity_key_is_made_once_and_lies_in_the_blocks_alone():
    life = life_on(tag_life.blank_image(BLOCKS))
    secrets, drbg = start()
    assert not secrets.has_identity()
    seed, tag = secrets.load_identity(drbg)
    assert files.read("/identity.pub") is not None
    for boot in range(20):
        life = life_on(life.image())
        secrets, drbg = start()
        assert secrets.load_identity(drbg) == (seed, tag)
        use_littlefs(boot)
    assert life.image().count(seed) == 1


KEYS = [run(x25519.public_key(bytes((i,)) * 32)) for i in (1, 2)]


def sealed(image, batch):
    """Return the Envelope that the tag of this image seals first, under number 5."""
    life_on(image)
    secrets, drbg = start()
    seed, tag = secrets.load_identity(drbg)
    header = Header(tag, ROUTINE, 5, 1, ZERO_HASH, ZERO_HASH)
    return parse(run(envelope.seal(header, batch, KEYS, seed, drbg)))


def under_one_key(first, second, batches):
    """Return whether both ciphertexts have the same key stream: they tell of each other then."""
    texts = zip(first.ciphertext[:1024], second.ciphertext[:1024], *batches)
    return all(a ^ b == c ^ d for a, b, c, d in texts)


def test_a_generator_that_is_rolled_back_never_seals_two_batches_under_one_key():
    """A restored image and the same entropy: the generator repeats itself, the keys do not."""
    image = tag_life.blank_image(BLOCKS)
    batches = bytes(1024), bytes(1023) + b"\x01"
    first, second = (sealed(image, batch) for batch in batches)
    assert not under_one_key(first, second, batches)
    ephemerals = {pair[1][:32] for one in (first, second) for pair in one.wrapped}
    assert len(ephemerals) == 4
    assert first.header.commit != second.header.commit
    assert first.signature[:32] != second.signature[:32]
    assert sealed(image, batches[0]).payload == first.payload, "the generator did not repeat"


def test_without_the_hedge_two_batches_share_a_key():
    image = tag_life.blank_image(BLOCKS)
    batches = bytes(1024), bytes(1023) + b"\x01"
    kept = envelope.hmac_sha256
    envelope.hmac_sha256 = lambda key, message: bytes(key)
    try:
        first, second = (sealed(image, batch) for batch in batches)
    finally:
        envelope.hmac_sha256 = kept
    assert under_one_key(first, second, batches)


def test_dead_noise_sources_are_told_of_in_a_routine_batch_once():
    class Deaf(tag_life.Chip):
        def draw(self, count):
            return bytearray(b"port"), (bytearray(count), bytearray(count))

    life = life_on(tag_life.blank_image(tag_life.BLOCKS))
    hearing, tag_life.Chip = tag_life.Chip, Deaf
    try:
        life.boot()
    finally:
        tag_life.Chip = hearing
    told = []
    for _ in range(2):
        life.sealer.add_routine_events(tag_life.START_S)
        data = life.assembly.next_batch(ROUTINE, tag_life.START_S)[-1]
        records = decode(data).records
        told.append([entry[3] for entry in records if entry[2:3] == [events.NOISE_FAILED]])
    assert told == [[3], []], told


def test_the_first_files_in_chunks_as_mpremote_copies_them_leave_the_seed_once():
    for chunk in (128, 256, 1_000, 4_096):
        life = life_on(tag_life.blank_image(BLOCKS, {"/secrets/a": b"", "/secrets/b": b""}))
        seed = bytes((chunk & 127, 99)) * 16
        for name, block in (
            ("a", vault.first_block(vault.Vault(seed).encode())),
            ("b", vault.blank_block(1)),
        ):
            with open(FOLDER + "/" + name, "wb") as file:
                for at in range(0, len(block), chunk):
                    file.write(block[at : at + chunk])
        assert life.image().count(seed) == 1, chunk
        life = life_on(life.image())
        secrets = Secrets(pair())
        assert secrets._vault.state == seed, chunk
        secrets.start_generator(b"")
        assert life.image().count(seed) == 0, chunk
