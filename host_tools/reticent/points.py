"""Public keys that are none: Ed25519 points of small order, and second encodings of a point.

OpenSSL, which verifies here, takes both; the tag takes neither (docs/FORMAT.md, section 1). With A
of small order one signature fits every eighth message at least, whoever made it: anybody could
speak as that tag or issuer, and neither could be held to what it has signed.
"""

_P = (1 << 255) - 19
_Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = (0, 1, _P - 1, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8)  # orders 4, 1, 2, 8, 8


def is_signers_key(key: bytes) -> bool:
    """Return whether these 32 bytes are no point of small order, and y's only encoding.

    That they are a point at all shows when a signature is verified: none holds otherwise.
    """
    y = int.from_bytes(key, "little") & ((1 << 255) - 1)
    return y < _P and y not in _SMALL_ORDER
