"""The formats of docs/FORMAT.md, shared by tag and host: pure, no clock, file or cryptography."""


class FormatError(Exception):
    """Bytes that are not what docs/FORMAT.md says; nothing of them may be used."""
