"""A frozen build's _boot.py: what does not mount is left as it is, whatever is wrong with it."""
# path: host_tools/reticent/sim/mock
# path: boards

import io
import os
import sys

import vfs

_HOST = vfs.VfsPosix()

import mocked

BLOCK = 4096
COUNT = 16


def boot(flash):
    """Run _boot.py on a chip with this flash; return the root's names, None if not mounted."""
    mocked.power_on(flash=flash)
    import rp2  # noqa: F401 - before the host's files go

    sys.modules.pop("_boot", None)
    path = sys.path[:]
    with open(folder() + "/_boot.py") as file:
        source = file.read()
    vfs.umount("/")
    try:
        exec(source, {})
        assert sys.path == [".frozen"]
        return os.listdir("/") if os.statvfs("/")[0] else None
    finally:
        sys.path[:] = path
        try:
            vfs.umount("/")
        except OSError:
            pass
        vfs.mount(_HOST, "/")


def folder():
    return next(name for name in sys.path if name.endswith("/boards"))


def formatted(name):
    """Return a flash with a file system and one file on it."""
    flash = io.BytesIO(b"\xff" * COUNT * BLOCK)
    mocked.power_on(flash=flash)
    import rp2

    vfs.VfsLfs2.mkfs(rp2.Flash(), progsize=256)
    volume = vfs.VfsLfs2(rp2.Flash(), progsize=256)
    with volume.open(name, "wb") as file:
        file.write(b"kept" * 1000)
    volume.umount()
    return flash


def test_a_sound_volume_is_mounted():
    flash = formatted("identity")
    assert boot(flash) == ["identity"]


def test_a_chip_that_was_never_written_to_is_formatted():
    flash = io.BytesIO(b"\xff" * COUNT * BLOCK)
    assert boot(flash) == []
    assert boot(flash) == []


def test_a_volume_that_does_not_mount_is_left_to_the_byte():
    cases = {
        "superblocks overwritten": (0, bytes(2 * BLOCK)),
        "superblocks erased": (0, b"\xff" * 2 * BLOCK),
        "a bit at the very end is all there is": (0, b"\xff" * (COUNT * BLOCK - 1) + b"\xfe"),
        "another program's data": (0, b"\x5a" * COUNT * BLOCK),
    }
    for name, (at, data) in cases.items():
        flash = formatted("identity")
        flash.seek(at)
        flash.write(data)
        before = flash.getvalue()
        assert boot(flash) is None, name
        assert flash.getvalue() == before, name
