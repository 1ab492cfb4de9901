"""archive/keyring and files: keys on the disk, whole, private, never overwritten."""

import os
import stat

import pytest

from reticent.archive.keyring import ROLES, Keyring, read_issuer_public
from reticent.clock import parse_utc
from reticent.errors import BadInput, WontOverwrite
from reticent.files import PRIVATE, write_new, write_whole
from reticent.tagcode import batch, envelope

MONDAY_S = parse_utc("2026-11-23")
WEEK_S = 7 * 86_400


@pytest.fixture
def ring(tmp_path):
    return Keyring.create(tmp_path / "keys", MONDAY_S, 3)


def test_every_key_file_is_for_this_account_alone(ring):
    for folder, _, files in os.walk(ring.folder):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, folder
        for name in files:
            assert stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600, name


def test_there_is_a_key_for_each_role_and_week_and_none_twice(ring):
    names = ["2026-11-23.pem", "2026-11-30.pem", "2026-12-07.pem"]
    for role in ("duty", "officer"):
        assert sorted(os.listdir(ring.folder / role)) == names
    kids = [kid for role in ROLES for kid in ring.private_keys(role)]
    assert len(kids) == len(set(kids)) == 7


def test_no_temporary_file_is_left(ring):
    assert [
        name for _, _, names in os.walk(ring.folder) for name in names if ".pem." in name
    ] == []


def test_recipients_are_the_public_halves_of_the_weeks_keys(ring):
    recipients = ring.recipients(MONDAY_S + 5, MONDAY_S + WEEK_S + 1)
    assert recipients.first_week == batch.week_of(MONDAY_S)
    assert len(recipients.duty) == len(recipients.officer) == 2
    for key in recipients.duty:
        private = ring.private_keys("duty")[envelope.kid_of(key)]
        assert private.public_key().public_bytes_raw() == key
    assert envelope.kid_of(recipients.wearer) in ring.private_keys("wearer")


def test_the_last_second_of_a_term_decides_its_last_week(ring):
    assert len(ring.recipients(MONDAY_S, MONDAY_S + WEEK_S).duty) == 1
    assert len(ring.recipients(MONDAY_S, MONDAY_S + WEEK_S + 1).duty) == 2


def test_a_term_beyond_the_keys_is_refused_with_the_week(ring):
    with pytest.raises(BadInput, match=r"2026-12-14\.pem: no duty key for this week"):
        ring.recipients(MONDAY_S, MONDAY_S + 4 * WEEK_S)


def test_keys_are_never_overwritten(ring):
    before = (ring.folder / "issuer.pem").read_bytes()
    with pytest.raises(WontOverwrite, match="has keys already; choose an empty folder"):
        Keyring.create(ring.folder, MONDAY_S, 3)
    assert (ring.folder / "issuer.pem").read_bytes() == before


def test_a_ring_cut_short_is_not_overwritten_either(tmp_path):
    folder = tmp_path / "keys"
    for part in (folder, folder / "duty"):
        part.mkdir(mode=0o700)
    (folder / "duty" / "2026-11-23.pem").write_text("a week's key")
    with pytest.raises(WontOverwrite, match=r"2026-11-23\.pem exists"):
        Keyring.create(folder, MONDAY_S, 1)
    assert (folder / "duty" / "2026-11-23.pem").read_text() == "a week's key"


def test_a_folder_that_others_can_enter_is_refused(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o755)
    os.chmod(tmp_path / "keys", 0o755)
    with pytest.raises(BadInput, match="others can enter this folder; run chmod 700"):
        Keyring.create(tmp_path / "keys", MONDAY_S, 1)


def test_wrong_files_are_named(ring, tmp_path):
    (ring.folder / "wearer.pem").write_text("nonsense")
    issuer = ring.folder / "issuer.pem"
    duty = next((ring.folder / "duty").iterdir())
    duty.write_bytes(issuer.read_bytes())
    cases = (
        (lambda: ring.private_keys("wearer"), "wearer.pem: not a private key in PEM"),
        (lambda: ring.private_keys("duty"), "not an X25519 key"),
        (lambda: ring.private_keys("clerk"), "'clerk' is no role; it is duty, officer or wearer"),
        (lambda: read_issuer_public(issuer), "issuer.pem: not an Ed25519 public key"),
        (lambda: read_issuer_public(tmp_path / "none"), "none: No such file"),
        (lambda: Keyring(tmp_path / "none"), "none: no key folder"),
        (lambda: Keyring.create(tmp_path / "k", MONDAY_S, 0), "0 weeks: a key ring holds 1 to 60"),
    )
    for call, message in cases:
        with pytest.raises(BadInput) as caught:
            call()
        assert message in str(caught.value), message


def test_a_role_without_keys_here_says_so(ring):
    for path in (ring.folder / "duty").iterdir():
        path.unlink()
    with pytest.raises(BadInput, match="no keys of this role here"):
        ring.private_keys("duty")


def test_write_new_refuses_and_write_whole_replaces(tmp_path):
    path = tmp_path / "file"
    write_new(path, b"first", PRIVATE)
    with pytest.raises(WontOverwrite, match="file exists; move it away"):
        write_new(path, b"second", PRIVATE)
    assert path.read_bytes() == b"first"
    write_whole(path, b"third")
    assert path.read_bytes() == b"third"
    assert os.listdir(tmp_path) == ["file"]
