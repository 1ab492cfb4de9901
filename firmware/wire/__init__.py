"""The formats of docs/FORMAT.md, shared by tag and host: pure, no clock, file or cryptography."""


class FormatError(Exception):
    """Stored or received bytes that are not what docs/FORMAT.md says; nothing of them may be used."""
