"""Messages in parts: whoever hashes need not first join what lies in several buffers."""

_WHOLE = (bytes, bytearray, memoryview)


def as_parts(message):
    """Return the parts of a message that is bytes, or something that yields its parts."""
    return (message,) if isinstance(message, _WHOLE) else message
