"""Sender-side cryptography: what seals and signs. Nothing in here opens what it sealed."""


class SealError(Exception):
    """A key, length or point that these functions refuse."""
