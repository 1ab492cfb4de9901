"""Seeds of one party and of two, and the files that a tag finds at its first boot."""

import pytest

from commands import fails
from reticent.bench.personalise import mix_seed, read_part, secret_files
from reticent.cli import run
from reticent.errors import BadInput
from reticent.tagcode import vault

A, B = bytes(range(32)), bytes(range(100, 140))


def test_each_party_changes_the_seed():
    seeds = [mix_seed(parts) for parts in ([A], [B], [A, B], [B, A], [A, B[:-1]])]
    assert len(set(seeds)) == 5
    assert {len(seed) for seed in seeds} == {32}


def test_parts_cut_elsewhere_give_another_seed():
    whole = A + B
    assert mix_seed([whole[:33], whole[33:]]) != mix_seed([whole[:34], whole[34:]])
    assert mix_seed([whole]) != mix_seed([whole[:36], whole[36:]])


@pytest.mark.parametrize("parts", [[], [A[:31]], [A, B[:31]], [A, A], [A, B, A + B]])
def test_thin_or_repeated_parts_are_refused(parts):
    with pytest.raises(BadInput):
        mix_seed(parts)


def test_parts_are_hex_digits():
    assert read_part(" 00ff\n10 ") == b"\x00\xff\x10"
    for text in ("0", "xy", "0x00"):
        with pytest.raises(BadInput):
            read_part(text)


def test_the_files_are_one_block_each_and_hold_the_seed_once():
    seed = mix_seed([A, B])
    files = secret_files(seed)
    assert set(files) == {"secrets/a", "secrets/b"}
    assert [len(files[name]) for name in sorted(files)] == [vault.BLOCK_BYTES] * 2
    assert sum(block.count(seed) for block in files.values()) == 1
    sequence, record = vault.decode_page(0, files["secrets/a"][vault.PAGE_BYTES :])
    assert sequence == 1
    found = vault.decode(record)
    assert (found.state, found.identity, found.offset) == (seed, None, None)
    assert vault.decode_page(1, files["secrets/b"][vault.PAGE_BYTES :]) == (0, None)


def test_the_command_makes_private_files_once(tmp_path, capsys):
    parts = [tmp_path / "ours.hex", tmp_path / "theirs.hex"]
    for path, part in zip(parts, (A, B), strict=True):
        path.write_text(part.hex() + "\n")
    out = tmp_path / "tag"
    command = ["personalise", str(out), "--part", str(parts[0]), "--part", str(parts[1])]
    assert run(command) == 0
    expected = secret_files(mix_seed([A, B]))
    for name, data in expected.items():
        assert (out / name).read_bytes() == data
        assert (out / name).stat().st_mode & 0o077 == 0
    capsys.readouterr()
    fails(capsys, command, 2, "exists")
    assert run(["personalise", str(tmp_path / "drawn")]) == 0
    drawn = (tmp_path / "drawn/secrets/a").read_bytes()
    assert drawn != expected["secrets/a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("abc", "hex digits"), ("00" * 31, "31 bytes"), ("zz" * 32, "hex digits")],
)
def test_a_bad_part_is_one_line_and_makes_nothing(tmp_path, capsys, text, message):
    path = tmp_path / "part.hex"
    path.write_text(text)
    out = tmp_path / "tag"
    fails(capsys, ["personalise", str(out), "--part", str(path)], 2, message)
    assert not out.exists()
    fails(capsys, ["personalise", str(out), "--part", str(tmp_path / "none")], 2, "none")
    assert not out.exists()
