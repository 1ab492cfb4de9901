"""vfs as on the rp2 port: no VfsPosix, so no way to the host's files.

chip.py gives it that name: the built-in module cannot be shadowed.
"""

from vfs import VfsLfs2, mount, umount  # noqa: F401 - the port's names
