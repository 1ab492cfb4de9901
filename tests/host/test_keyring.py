"""archive/keyring, ring_key, recipients, wearer: keys whole, private, wrapped, destroyed."""

import errno
import os
import shutil
import stat
import subprocess
import threading
import time
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reticent.archive import key_files, ring_key, wearer
from reticent.archive import keyring as keyring_module
from reticent.archive.key_files import read_issuer_public
from reticent.archive.keyring import DUTY, ROLES, Keyring, role_keys
from reticent.archive.recipients import read_public_keys
from reticent.archive.ring_content import Hold
from reticent.clock import parse_utc
from reticent.errors import BadInput, Finding, WontOverwrite
from reticent.files import PRIVATE, check_writable, write_all_new, write_new, write_whole
from reticent.tagcode import batch, envelope
from synced import Synced

MONDAY_S = parse_utc("2026-11-23")
DAY_S = 86_400
WEEK_S = 7 * DAY_S
HOLD = Hold("h1", bytes(8), "duty", "an appeal", "77", "A. Officer", MONDAY_S + 200 * DAY_S, {})


@pytest.fixture
def ring(tmp_path):
    return Keyring.create(tmp_path / "keys", MONDAY_S, 3)


def every_byte(folder):
    """Return the bytes of all files below the folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def raw(key):
    return key.private_bytes_raw()


def test_every_file_is_for_this_account_alone(ring):
    for folder, _, files in os.walk(ring.folder):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, folder
        for name in files:
            assert stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600, name


def test_there_is_a_key_for_each_role_and_week_and_none_twice(ring):
    first = batch.week_of(MONDAY_S)
    assert ring.weeks() == {"duty": [first, first + 1, first + 2]} | {
        "officer": [first, first + 1, first + 2]
    }
    kids = [kid for role in ROLES for kid in ring.private_keys(role)]
    assert len(kids) == len(set(kids)) == 7


def test_no_private_key_of_the_agency_stands_in_the_clear(ring):
    data = every_byte(ring.folder)
    for role in ("duty", "officer"):
        for key in ring.private_keys(role).values():
            assert raw(key) not in data
            assert raw(key).hex().encode() not in data


def test_recipients_are_the_public_halves_of_the_weeks_keys(ring):
    recipients = ring.recipients(MONDAY_S + 5, MONDAY_S + WEEK_S + 1)
    assert recipients.first_week == batch.week_of(MONDAY_S)
    assert len(recipients.duty) == len(recipients.officer) == 2
    for key in recipients.duty:
        private = ring.private_keys("duty")[envelope.kid_of(key)]
        assert private.public_key().public_bytes_raw() == key
    assert envelope.kid_of(recipients.wearer) in ring.private_keys("wearer")
    written = ring.folder.parent / "recipients.toml"
    written.write_text(ring.public_keys().text())
    assert read_public_keys(written).recipients(MONDAY_S, MONDAY_S + 2 * WEEK_S) == recipients


def test_the_last_second_of_a_term_decides_its_last_week(ring):
    assert len(ring.recipients(MONDAY_S, MONDAY_S + WEEK_S).duty) == 1
    assert len(ring.recipients(MONDAY_S, MONDAY_S + WEEK_S + 1).duty) == 2


def test_a_term_beyond_the_keys_is_refused_with_the_week(ring):
    with pytest.raises(BadInput, match="no duty key for the week of 2026-12-14"):
        ring.recipients(MONDAY_S, MONDAY_S + 4 * WEEK_S)
    ring.rotate(add_weeks=1)
    assert len(ring.recipients(MONDAY_S, MONDAY_S + 4 * WEEK_S).duty) == 4


def test_keys_are_never_overwritten(ring):
    before = every_byte(ring.folder)
    with pytest.raises(WontOverwrite, match="has keys already; choose an empty folder"):
        Keyring.create(ring.folder, MONDAY_S, 3)
    assert every_byte(ring.folder) == before


def test_a_folder_that_others_can_enter_is_refused(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o755)
    os.chmod(tmp_path / "keys", 0o755)
    with pytest.raises(BadInput, match="others can enter this folder; run chmod 700"):
        Keyring.create(tmp_path / "keys", MONDAY_S, 1)


def test_a_person_is_asked_for_the_passphrase_once(tmp_path, monkeypatch):
    folder = tmp_path / "keys"
    Keyring.create(folder, MONDAY_S, 1, passphrase="correct horse")
    asked = []
    monkeypatch.setattr(
        keyring_module, "read_passphrase", lambda ring: asked.append(ring) or "correct horse"
    )
    ring = Keyring(folder)
    ring.due(MONDAY_S)
    ring.shred(MONDAY_S)
    assert asked == [folder]


def test_a_ring_under_a_passphrase_opens_with_it_alone(tmp_path, monkeypatch):
    folder = tmp_path / "keys"
    made = Keyring.create(folder, MONDAY_S, 1, passphrase="correct horse")
    monkeypatch.setattr("sys.stdin", open(os.devnull))
    for passphrase, message in (
        (None, "set RETICENT_PASSPHRASE"),
        ("correct hors", "passphrase is wrong"),
    ):
        monkeypatch.delenv("RETICENT_PASSPHRASE", raising=False)
        if passphrase:
            monkeypatch.setenv("RETICENT_PASSPHRASE", passphrase)
        with pytest.raises(BadInput, match=message):
            Keyring(folder).private_keys("duty")
    monkeypatch.setenv("RETICENT_PASSPHRASE", "correct horse")
    before = made.private_keys("duty").keys()
    made.issuer()
    made.rotate()
    assert made.private_keys("duty").keys() == before
    monkeypatch.setenv("RETICENT_PASSPHRASE", "another")
    with pytest.raises(BadInput, match="another passphrase's"):
        made.issuer()


def test_shredding_leaves_nothing_of_a_weeks_keys(ring):
    gone = [raw(key) for role in ("duty", "officer") for key in ring.private_keys(role).values()]
    old_key = (ring.folder / "ring-key" / "key").read_bytes()
    assert ring.shred(MONDAY_S + 60 * DAY_S - 1) == []
    words = ring.shred(MONDAY_S + 60 * DAY_S)
    assert words == [f"{role} key of the week of 2026-11-23" for role in ("duty", "officer")]
    assert [len(weeks) for weeks in ring.weeks().values()] == [2, 2]
    kept = [raw(key) for role in ("duty", "officer") for key in ring.private_keys(role).values()]
    assert len(set(gone) - set(kept)) == 2
    assert (ring.folder / "ring-key" / "key").read_bytes() != old_key
    ring.shred(MONDAY_S + 80 * DAY_S)
    for role in ("duty", "officer"):
        with pytest.raises(BadInput, match="all are destroyed"):
            ring.private_keys(role)
    assert not any(secret in every_byte(ring.folder) for secret in gone)


def test_a_shred_that_leaves_a_trace_says_so(ring, monkeypatch):
    (stray,) = [raw(key) for key in list(ring.private_keys("duty").values())[:1]]
    left = ring.folder / "notes.txt"
    for text in (stray, stray.hex().encode(), b64encode(b"?" + stray + b"??")):
        left.write_bytes(b"before " + text + b" after")
        with pytest.raises(Finding, match=r"notes\.txt: a key that was to be destroyed"):
            Keyring.shred(shutil_copy(ring), MONDAY_S + 90 * DAY_S)
    left.unlink()
    # A ring that only forgets to write itself anew is found out too.
    monkeypatch.setattr(Keyring, "_replace", lambda self, content: None)
    with pytest.raises(Finding, match="still in it"):
        ring.shred(MONDAY_S + 90 * DAY_S)


def shutil_copy(ring):
    copy = ring.folder.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ring.folder, copy)
    return Keyring(copy)


def test_no_backup_from_before_opens_after_a_shred(ring, tmp_path):
    """A backup that honours CACHEDIR.TAG has no ring key; and the ring's new one opens it not."""
    backup = tmp_path / "backup"
    backup.mkdir()
    archive = tmp_path / "ring.tar"
    command = ["tar", "--exclude-caches-all", "-C", str(ring.folder), "-cf", str(archive), "."]
    subprocess.run(command, check=True, capture_output=True)
    subprocess.run(["tar", "-C", str(backup), "-xf", str(archive)], check=True)
    backup.chmod(0o700)
    assert (backup / "ring.sealed").exists()
    assert not (backup / "ring-key").exists()
    with pytest.raises(BadInput, match="the ring key is not here"):
        Keyring(backup).private_keys("duty")
    ring.shred(MONDAY_S + 60 * DAY_S)
    shutil.copytree(ring.folder / "ring-key", backup / "ring-key")
    with pytest.raises(BadInput, match="not the key of this ring"):
        Keyring(backup).private_keys("duty")


def interrupted_after(steps):
    """Return what wraps functions: after so many calls of them, together, one is interrupted."""
    left = steps

    def stopping(real):
        def call(*arguments):
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            return real(*arguments)

        return call

    return stopping


def test_a_shred_that_stops_anywhere_leaves_a_whole_ring_and_ends_with_the_next(ring, monkeypatch):
    """Each write and removal of a shred is made the last one: the ring is the old or the new."""
    steps = 0
    while True:
        copy, stopping = shutil_copy(ring), interrupted_after(steps)
        with monkeypatch.context() as patch:
            patch.setattr(keyring_module, "write_whole", stopping(write_whole))
            patch.setattr(ring_key, "destroy", stopping(ring_key.destroy))
            patch.setattr(ring_key, "write_new", stopping(write_new))
            try:
                copy.shred(MONDAY_S + 60 * DAY_S)
                break
            except KeyboardInterrupt:
                steps += 1
        assert len(Keyring(copy.folder).private_keys("duty")) in (2, 3), steps
        copy.shred(MONDAY_S + 60 * DAY_S)
        assert len(copy.private_keys("duty")) == 2, steps
        assert sorted(path.name for path in (copy.folder / "ring-key").iterdir()) == [
            "CACHEDIR.TAG",
            "key",
        ], steps
    assert steps >= 3, steps


def test_a_ring_that_cannot_be_finished_leaves_nothing(tmp_path, monkeypatch):
    """Each write is made the last one; then it can be made in the same place."""
    steps = 0
    while True:
        stopping = interrupted_after(steps)
        with monkeypatch.context() as patch:
            for module in (keyring_module, ring_key, key_files):
                patch.setattr(module, "write_new", stopping(write_new))
            patch.setattr(keyring_module, "write_whole", stopping(write_whole))
            try:
                Keyring.create(tmp_path / "keys", MONDAY_S, 1)
                break
            except KeyboardInterrupt:
                steps += 1
        assert os.listdir(tmp_path / "keys") == [], steps
    assert steps == 7


def test_a_second_ring_in_a_folder_takes_nothing_from_the_first(ring):
    before = every_byte(ring.folder)
    with pytest.raises(WontOverwrite, match="has keys already"):
        Keyring.create(ring.folder, MONDAY_S, 1)
    assert every_byte(ring.folder) == before


def test_two_rings_made_at_once_in_a_folder_are_one(tmp_path):
    """Who comes second must neither mix its keys in nor remove the first one's."""
    failed = []

    def make():
        try:
            Keyring.create(tmp_path / "keys", MONDAY_S, 1)
        except WontOverwrite:
            failed.append(1)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 3
    made = Keyring(tmp_path / "keys")
    assert made.issuer().public_key().public_bytes_raw() == made.issuer_public()
    assert len(made.private_keys(DUTY)) == 1


def test_a_public_half_is_there_only_with_its_key(ring, monkeypatch):
    """An order that names one without its key would seal what nobody can open, ever."""

    def full(*_):
        raise BadInput("No space left on device")

    with monkeypatch.context() as patch, pytest.raises(BadInput):
        patch.setattr(ring_key, "write_new", full)
        ring.rotate(2)
    with monkeypatch.context() as patch, pytest.raises(BadInput):
        patch.setattr(keyring_module, "write_whole", full)
        ring.rotate(2)
    again = Keyring(ring.folder)
    again.rotate(2)
    named = again.public_keys().weeks[DUTY]
    assert len(named) == 5
    assert {key.public_key().public_bytes_raw() for key in again.private_keys(DUTY).values()} == (
        set(named.values())
    )


def test_a_hold_ends_and_is_destroyed(ring):
    secret = os.urandom(32)
    ring.hold(Hold(**{**vars(HOLD), "secrets": {b"\1" * 32: secret}}))
    assert secret not in every_byte(ring.folder)
    assert ring.held("duty") == {b"\1" * 32: secret}
    assert ring.held("officer") == {}
    with pytest.raises(WontOverwrite, match="has a hold 'h1' already"):
        ring.hold(HOLD)
    ring.shred(MONDAY_S + 199 * DAY_S)
    assert ring.held("duty") == {b"\1" * 32: secret}
    assert ring.private_keys("duty") == {}
    assert "hold h1" in ring.shred(MONDAY_S + 200 * DAY_S)
    assert ring.holds() == []


def test_a_hold_and_a_shred_at_once_lose_nothing(ring, monkeypatch):
    """One has read the ring, and the other begins: it waits until the first has written."""
    other = Keyring(ring.folder)
    held = threading.Event()
    write = Keyring._write

    def slow(self, key, content):
        held.set()
        time.sleep(0.3)  # as long as the other would need
        write(self, key, content)

    monkeypatch.setattr(Keyring, "_write", slow)
    ends_s = MONDAY_S + 90 * 86_400
    hold = Hold("h", bytes(8), DUTY, "why", "7", "A", ends_s, {bytes(32): b"s"})
    first = threading.Thread(target=ring.hold, args=(hold,))
    first.start()
    held.wait()
    other.shred(MONDAY_S)
    first.join()
    assert [one.name for one in Keyring(ring.folder).holds()] == ["h"]
    assert Keyring(ring.folder).private_keys(DUTY)


def test_wrong_files_are_named(ring, tmp_path):
    (ring.folder / "wearer.pem").write_text("nonsense")
    issuer = ring.folder / "issuer.pem"
    cases = (
        (lambda: ring.private_keys("wearer"), "wearer.pem: not a private key in PEM"),
        (lambda: ring.private_keys("clerk"), "'clerk' is no role; it is duty, officer or wearer"),
        (lambda: role_keys(issuer, "wearer"), "not an X25519 key"),
        (lambda: role_keys(issuer, "duty"), "one key opens for the wearer only"),
        (lambda: read_issuer_public(issuer), "issuer.pem: not an Ed25519 public key"),
        (lambda: read_issuer_public(tmp_path / "none"), "none: No such file"),
        (lambda: Keyring(tmp_path / "none"), "none: no key folder"),
        (lambda: Keyring.create(tmp_path / "k", MONDAY_S, 0), "0 weeks: a key ring holds 1 to 60"),
        (lambda: wearer.read_public(issuer), "not a wearer's public key"),
        (lambda: read_public_keys(issuer), "not TOML"),
    )
    for call, message in cases:
        with pytest.raises(BadInput) as caught:
            call()
        assert message in str(caught.value), message
    for name in ("ring.sealed", "ring-key/key"):
        (ring.folder / name).write_bytes(b"nonsense")
        with pytest.raises(BadInput, match="of a version known here"):
            ring.private_keys("duty")


def test_a_wearers_key_is_its_24_words_and_its_file(tmp_path):
    key = X25519PrivateKey.generate()
    words = wearer.to_words(key)
    assert len(words.split()) == 24
    assert raw(wearer.from_words(words.upper())) == raw(key)
    first, *rest = words.split()
    swapped = " ".join([rest[0], first, *rest[1:]])
    for wrong, message in (
        (" ".join(rest), "23 words"),
        (" ".join(["xylophon", *rest]), "word 1 is none of the list"),
        (swapped if first != rest[0] else "abandon " * 24, "checksum is wrong"),
    ):
        with pytest.raises(BadInput, match=message):
            wearer.from_words(wrong)
    write_new(tmp_path / "wearer.pem", wearer.pem(key), PRIVATE)
    assert list(role_keys(tmp_path / "wearer.pem", "wearer").private) == [
        envelope.kid_of(wearer.public_of(key))
    ]
    assert b"<svg" in wearer.drawn(key)


def test_a_wearer_cannot_hand_in_a_key_to_which_nothing_can_be_sealed(ring, tmp_path):
    """The tag refuses the order too; what is refused here costs the agency no order."""
    good = wearer.public_of(X25519PrivateKey.generate()).hex()
    path = tmp_path / "wearer.toml"
    for key in (bytes(32), b"\x01" + bytes(31), ((1 << 255) - 19).to_bytes(32, "little")):
        path.write_text(f'wearer = "{key.hex()}"\n')
        with pytest.raises(BadInput, match="to which nothing can be sealed"):
            wearer.read_public(path)
        text = ring.public_keys().text()
        was = ring.public_keys().wearer.hex()
        path.write_text(text.replace(was, key.hex()))
        with pytest.raises(BadInput, match="to which nothing can be sealed"):
            read_public_keys(path)
    path.write_text(f'wearer = "{good}"\n')
    assert wearer.read_public(path).hex() == good


def test_a_replaced_ring_key_is_overwritten_where_it_lay(ring, tmp_path, monkeypatch):
    """Removing alone would leave it in free blocks: a second name shows what lies there."""
    key = ring.folder / "ring-key" / "key"
    block = tmp_path / "block"
    os.link(key, block)
    was, synced = block.read_bytes(), Synced(monkeypatch)
    ring.rotate()
    assert block.read_bytes() == bytes(len(was))
    assert synced.states.count((block.stat().st_ino, len(was))) == 2  # noise, then zeros


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced = Synced(monkeypatch)
    write_new(tmp_path / "new", b"first", PRIVATE)
    write_whole(tmp_path / "whole", b"second")
    for name in ("new", "whole"):
        assert synced.holds(tmp_path / name), name
    assert synced.states[-1][0] == tmp_path.stat().st_ino, "the name too"


def test_write_new_refuses_and_write_whole_replaces(tmp_path):
    path = tmp_path / "file"
    write_new(path, b"first", PRIVATE)
    with pytest.raises(WontOverwrite, match="file exists; move it away"):
        write_new(path, b"second", PRIVATE)
    assert path.read_bytes() == b"first"
    write_whole(path, b"third")
    assert path.read_bytes() == b"third"
    assert os.listdir(tmp_path) == ["file"]


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    kept = tmp_path / "kept"
    kept.write_bytes(b"as it was")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for write in (
            lambda: write_new(tmp_path / "new", b"x", PRIVATE),
            lambda: write_whole(kept, b"x"),
            lambda: write_all_new({tmp_path / "one": (b"x", PRIVATE)}),
        ):
            with pytest.raises(BadInput, match="No space left on device"):
                write()
    with pytest.raises(WontOverwrite, match="kept exists"):
        write_all_new({tmp_path / "one": (b"x", PRIVATE), kept: (b"y", PRIVATE)})
    assert os.listdir(tmp_path) == ["kept"]
    assert kept.read_bytes() == b"as it was"


def test_a_new_file_on_a_disk_without_links(tmp_path, monkeypatch):
    """As on a stick with FAT."""

    def refuse(_temporary, _path):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "file"
    write_new(path, b"first", PRIVATE)
    with pytest.raises(WontOverwrite, match="file exists; move it away"):
        write_new(path, b"second", PRIVATE)
    assert path.read_bytes() == b"first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["file"]


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path):
    """--out /dev/stdout, or /dev/null by root."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    check_writable(pipe)
    write_whole(pipe, b"text")
    assert os.read(reader, 9) == b"text"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
