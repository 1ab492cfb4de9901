"""Small files that are old or new after a power cut, never half: written apart, then renamed.

LittleFS's rename replaces its target atomically, and a file's bytes are on flash when it is
closed.
"""

import os

_NEW = ".tmp"


def ensure_folder(path):
    """Make the folder if it is not there."""
    try:
        os.mkdir(path)
    except OSError:
        os.stat(path)  # there already; anything else is an error that the caller sees


def read(path):
    """Return the file's bytes, or None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def replace(path, data):
    """Put a file of these bytes in the place of the old one, whole or not at all."""
    with open(path + _NEW, "wb") as file:
        file.write(data)
    os.rename(path + _NEW, path)


def sweep(folder):
    """Remove what a power cut left half-written."""
    for name in os.listdir(folder):
        if name.endswith(_NEW):
            os.remove(folder + "/" + name)
