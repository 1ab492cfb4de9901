"""Mounts the tag's volume, in a frozen build: MicroPython's own formats what it cannot mount.

Formats a volume that was never written to, and no other: what does not mount any more holds the
tag's keys and envelopes, and somebody may want to know why. main.py then says so.
"""

import sys

import rp2
import vfs

_BLOCK_BYTES = 4096
_BLOCK_COUNT = 4  # of the block device's ioctl
_PROGRAM_BYTES = 256  # a page, the least that the flash can program


def is_blank(flash):
    """Return whether every byte is as an erase leaves it."""
    block = bytearray(_BLOCK_BYTES)
    erased = b"\xff" * _BLOCK_BYTES
    for number in range(flash.ioctl(_BLOCK_COUNT, 0)):
        flash.readblocks(number, block)
        if block != erased:
            return False
    return True


def mount(flash):
    """Mount the volume, a blank one formatted first; one that does not mount is left as it is."""
    try:
        volume = vfs.VfsLfs2(flash, progsize=_PROGRAM_BYTES)
    except OSError:
        if not is_blank(flash):
            return
        vfs.VfsLfs2.mkfs(flash, progsize=_PROGRAM_BYTES)
        volume = vfs.VfsLfs2(flash, progsize=_PROGRAM_BYTES)
    vfs.mount(volume, "/")


sys.path[:] = [".frozen"]  # no file on the volume stands in for a module of the build
mount(rp2.Flash())
