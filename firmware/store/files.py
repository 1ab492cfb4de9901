"""Small files that are old or new after a power cut, never half: written apart, then renamed.

LittleFS's rename replaces its target atomically, and a file's bytes are on flash when it is
closed. A missing file is not an error; a damaged one is: only ENOENT reads as None.
"""

import os

_NEW = ".tmp"
_ENOENT = 2


def ensure_folder(path):
    """Make the folder if it is not there."""
    try:
        os.mkdir(path)
    except OSError:
        os.stat(path)  # there already; anything else is an error that the caller sees


def read(path):
    """Return the file's bytes, or None where there is none. Raises OSError for a damaged flash."""
    try:
        file = open(path, "rb")
    except OSError as error:
        if error.errno != _ENOENT:
            raise
        return None
    with file:
        return file.read()


def replace_steps(path, data):
    """Put a file of these bytes in the place of the old one, whole or not at all.

    A generator: it yields between two runs of flash operations, each short enough for a
    receiver's silent gap.
    """
    with open(path + _NEW, "wb") as file:
        file.write(data)
    yield
    os.rename(path + _NEW, path)


def replace(path, data):
    """Do all of `replace_steps` at once."""
    for _ in replace_steps(path, data):
        pass


def sweep(folder):
    """Remove what a power cut left half-written."""
    for name in os.listdir(folder):
        if name.endswith(_NEW):
            os.remove(folder + "/" + name)
