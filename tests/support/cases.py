"""What shared test files need on both interpreters: skipping, and where vectors and data lie."""

import os


class Skip(Exception):
    """Raised by a test that cannot run here; the message says what is missing."""


def vector_path(relative):
    """Return the path of a file of cryptography-vectors, as "HPKE/test-vectors.json"."""
    return os.getenv("RETICENT_VECTORS") + "/" + relative


def data_path(relative):
    """Return the path of a file of real data, or skip: a newcomer has none of it."""
    root = os.getenv("RETICENT_DATA")
    if not root:
        raise Skip("no real data: ../shared/data is not there")
    return root + "/" + relative


def is_full():
    """Return whether the long forms are asked for: RETICENT_FULL=1."""
    return os.getenv("RETICENT_FULL") == "1"


def own_vector_path(name):
    """Return the path of a file of tests/vectors, as "cbor"."""
    return __file__.rsplit("/", 2)[0] + "/vectors/" + name + ".json"
