"""os as on the rp2 port: the file system of the flash, and nothing of the host."""

import uos as _uos
import world as _world
from uos import (  # noqa: F401 - the port's names
    VfsLfs2,
    chdir,
    getcwd,
    ilistdir,
    listdir,
    mkdir,
    mount,
    remove,
    rename,
    rmdir,
    sep,
    stat,
    statvfs,
    umount,
    unlink,
)


def urandom(count):
    """Return random bytes: the same in each run if the world has a seed."""
    if _world.seed is None:
        return _uos.urandom(count)
    return bytes(_world.random_u32() >> 24 for _ in range(count))


def uname():
    return ("rp2", "rp2", "1.26.0", "v1.26.0 (mocked)", _world.board["name"])
