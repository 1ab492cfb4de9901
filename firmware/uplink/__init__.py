"""From the outbox to the collector, over a stream that is handed in."""


class UplinkError(Exception):
    """The exchange failed; nothing of the answer may be used."""
