"""Messages in parts: whoever hashes need not first join what lies in several buffers."""


def as_parts(message) -> tuple:
    """Return the tuple of parts of a message that is bytes, or a list or tuple of them."""
    return tuple(message) if isinstance(message, (list, tuple)) else (message,)
