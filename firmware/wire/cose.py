"""COSE_Sign1 (RFC 9052, section 4.2) with EdDSA, as far as Reticent uses it; no cryptography here.

Exactly one form exists: tag 18, protected header {alg: EdDSA, kid: 8 bytes}, an empty unprotected
header, a payload inside, a 64-byte signature.
"""

from wire import FormatError, cbor
from wire.fields import is_bytes

_TAG_SIGN1 = b"\xd2"  # CBOR tag 18
_FOUR, _NO_HEADERS = b"\x84", b"\xa0"  # an array of four; an empty map
_ALG, _KID = 1, 4
_EDDSA = -8
_PIECE_BYTES = 512
KID_SIZE = 8
SIGNATURE_SIZE = 64
_PROTECTED = cbor.encode({_ALG: _EDDSA, _KID: bytes(KID_SIZE)})[:-KID_SIZE]  # the kid follows


def to_be_signed(kid, payload):
    """Return the Sig_structure's bytes (RFC 9052, section 4.4), with no external data."""
    return b"".join(to_be_signed_parts(kid, payload))


def to_be_signed_parts(kid, payload):
    """Return the same in parts, without a copy of the payload."""
    return cbor.encode_parts(["Signature1", _protected(kid), b"", payload])


def to_be_signed_pieces(kid, data, start, stop):
    """Yield the same of the payload that parse_in_place() found, piece by piece."""
    yield cbor.encode(["Signature1", _protected(kid), b"", b""])[:-1]
    yield cbor.head_of_bytes(stop - start)
    for at in range(start, stop, _PIECE_BYTES):
        yield data[at : min(at + _PIECE_BYTES, stop)]


def frame(kid, payload, signature):
    """Return the signed message's bytes."""
    parts = cbor.encode_parts([_protected(kid), {}, payload, signature])
    return b"".join([_TAG_SIGN1] + parts)


def parse(data):
    """Return (kid, payload, signature) of these bytes; the signature is not checked here."""
    kid, payload, signature, end = parse_first(data, 0)
    if end != len(data):
        raise FormatError  # trailing bytes
    return kid, payload, signature


def parse_in_place(data):
    """Return (kid, start, stop, signature): the payload lies from `start` to before `stop`.

    A policy has 16 KB, which would not find a place on a Pico's heap: `data` need only have len()
    and slices.
    """
    if bytes(data[0:2]) != _TAG_SIGN1 + _FOUR:
        raise FormatError  # not a COSE_Sign1
    protected, end = cbor.decode_first(data, 2)
    if bytes(data[end : end + 1]) != _NO_HEADERS:
        raise FormatError  # nothing may ride along unsigned
    start, stop = cbor.bytes_at(data, end + 1)
    at, end = cbor.bytes_at(data, stop)
    if end != len(data) or end - at != SIGNATURE_SIZE:
        raise FormatError
    return _kid(protected), start, stop, bytes(data[at:end])


def parse_first(data, start):
    """Return (kid, payload, signature, end) of the message at `start` of a CBOR sequence."""
    if bytes(data[start : start + 1]) != _TAG_SIGN1:
        raise FormatError  # not a COSE_Sign1
    fields, end = cbor.decode_first(data, start + 1)
    if not isinstance(fields, list) or len(fields) != 4:
        raise FormatError
    protected, unprotected, payload, signature = fields
    if unprotected != {} or not isinstance(payload, bytes):
        raise FormatError  # nothing may ride along unsigned; no detached payload
    if not is_bytes(signature, SIGNATURE_SIZE):
        raise FormatError
    return _kid(protected), payload, signature, end


def _protected(kid):
    return _PROTECTED + kid


def _kid(protected):
    if not isinstance(protected, bytes):
        raise FormatError
    header = cbor.decode(protected)
    if not isinstance(header, dict) or set(header) != {_ALG, _KID} or header[_ALG] != _EDDSA:
        raise FormatError  # another algorithm, or a header we do not know
    kid = header[_KID]
    if not is_bytes(kid, KID_SIZE):
        raise FormatError
    return kid
