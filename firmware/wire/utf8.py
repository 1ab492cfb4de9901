"""UTF-8 as RFC 3629 has it. MicroPython's own decoder takes surrogates and overlong forms too."""

_LEAST = {0xE0: 0xA0, 0xF0: 0x90}  # nothing overlong
_MOST = {0xED: 0x9F, 0xF4: 0x8F}  # no surrogate, nothing above U+10FFFF


def is_utf8(data):
    """Return whether these bytes are UTF-8 by section 4's table."""
    needed = 0
    least, most = 0x80, 0xBF
    for byte in data:
        if needed:
            if not least <= byte <= most:
                return False
            needed -= 1
            least, most = 0x80, 0xBF
        elif 0xC2 <= byte <= 0xF4:
            needed = 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
            least = _LEAST.get(byte, 0x80)
            most = _MOST.get(byte, 0xBF)
        elif byte >= 0x80:
            return False
    return needed == 0
