"""bench/registration: a tag's public file and its secret one."""

import os
import stat

import pytest

from reticent.bench import registration
from reticent.errors import BadInput, WontOverwrite
from reticent.tagcode import envelope

PUBLIC_KEY, ACK_KEY = bytes(range(32)), bytes(range(32, 64))
TAG = envelope.kid_of(PUBLIC_KEY)


def test_a_registered_tag_is_read_back(tmp_path):
    path = registration.register(tmp_path / "tags", PUBLIC_KEY, ACK_KEY)
    assert path.name == f"{TAG.hex()}.toml"
    tag = registration.read_tags(tmp_path / "tags")[TAG]
    assert (tag.identity.tag, tag.identity.public_key, tag.ack_key) == (TAG, PUBLIC_KEY, ACK_KEY)
    assert registration.read_identity(path) == tag.identity


def test_the_ack_key_stands_in_a_private_file_of_its_own_and_in_no_message(tmp_path):
    path = registration.register(tmp_path, PUBLIC_KEY, ACK_KEY)
    secret = path.with_suffix(".ack")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert ACK_KEY.hex() not in path.read_text()
    assert ACK_KEY.hex() not in repr(registration.read_tags(tmp_path))
    assert repr(ACK_KEY) not in repr(registration.read_tags(tmp_path))


def test_the_identities_need_no_ack_key(tmp_path):
    path = registration.register(tmp_path, PUBLIC_KEY, ACK_KEY)
    path.with_suffix(".ack").unlink()
    assert list(registration.read_identities(tmp_path)) == [TAG]


def test_a_tag_is_registered_once(tmp_path):
    registration.register(tmp_path, PUBLIC_KEY, ACK_KEY)
    with pytest.raises(WontOverwrite, match="exists"):
        registration.register(tmp_path, PUBLIC_KEY, bytes(32))
    assert registration.read_tags(tmp_path)[TAG].ack_key == ACK_KEY


def test_wrong_files_are_refused_with_their_name(tmp_path):
    good = f'tag = "{TAG.hex()}"\nidentity = "{PUBLIC_KEY.hex()}"\n'
    cases = (
        ("tag = ", "not TOML"),
        (good + "more = 1\n", "has exactly `tag` and `identity`"),
        (f'tag = "{TAG.hex()}"\n', "has exactly `tag` and `identity`"),
        (good.replace(TAG.hex(), "00" * 8), "`tag` is not the id of `identity`"),
        (good.replace(TAG.hex(), "00"), "expected 16 hex digits"),
        (good.replace(PUBLIC_KEY.hex(), "zz" * 32), "expected 64 hex digits"),
        (f'tag = 1\nidentity = "{PUBLIC_KEY.hex()}"\n', "expected 16 hex digits"),
        ("\udcff", "not UTF-8"),
    )
    path = tmp_path / "wrong.toml"
    for text, message in cases:
        path.write_bytes(text.encode(errors="surrogateescape"))
        with pytest.raises(BadInput) as caught:
            registration.read_identities(tmp_path)
        assert str(caught.value).startswith(str(path)), text
        assert message in str(caught.value), text


def test_a_missing_or_open_ack_key_is_refused(tmp_path):
    path = registration.register(tmp_path, PUBLIC_KEY, ACK_KEY)
    secret = path.with_suffix(".ack")
    os.chmod(secret, 0o644)
    with pytest.raises(BadInput, match="others can read this key; run chmod 600"):
        registration.read_tags(tmp_path)
    secret.unlink()
    with pytest.raises(BadInput, match=r"\.ack: No such file"):
        registration.read_tags(tmp_path)
    with pytest.raises(BadInput, match="no folder of registered tags"):
        registration.read_tags(tmp_path / "none")
