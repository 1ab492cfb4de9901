"""Acks: the collector's word that it has stored an envelope, and the answer that carries them.

An ack is HMAC-SHA256 with the key that tag and collector share; only then does the tag remove the
envelope's file (docs/FORMAT.md, section 6).
"""

from wire import FormatError, cbor
from wire.fields import is_bytes, is_int

_LABEL = b"reticent-ack-1"
_VERSION = 1
_HASH_SIZE = 32
_THREE, _NULL = b"\x83", b"\xf6"  # an array of three; null
MAX_ANSWER = 24_576  # bytes: acks, and a signed policy of at most 16 KB


class Ack:
    """One ack: envelope's number, collector's time, least policy version, log head, MAC."""

    def __init__(self, number, utc_s, least_policy_version, log_head, mac):
        self.number = number
        self.utc_s = utc_s
        self.least_policy_version = least_policy_version
        self.log_head = log_head
        self.mac = mac

    def fields(self):
        """Return the ack as it stands in an answer."""
        return [self.number, self.utc_s, self.least_policy_version, self.log_head, self.mac]

    def message(self, envelope_hash):
        """Return the bytes that the MAC covers, for the envelope with this SHA-256."""
        return (
            _LABEL
            + envelope_hash
            + self.utc_s.to_bytes(8, "big")
            + self.least_policy_version.to_bytes(4, "big")
            + self.log_head
        )


def encode_answer(acks, policy=None):
    """Return an answer's bytes: the acks, and a newer signed policy where there is one."""
    return cbor.encode([_VERSION, [ack.fields() for ack in acks], policy])


def decode_answer(data):
    """Return ([Ack ...], policy or None); FormatError for anything else.

    The policy is a memoryview that lives as long as the data: 16 KB are not copied.
    """
    if len(data) > MAX_ANSWER or bytes(data[:1]) != _THREE:
        raise FormatError
    version, end = cbor.decode_first(data, 1)
    if not is_int(version, _VERSION, _VERSION + 1):
        raise FormatError  # unknown version
    acks, end = cbor.decode_first(data, end)
    policy = None
    if bytes(data[end : end + 1]) == _NULL:
        end += 1
    else:
        start, end = cbor.bytes_at(data, end)
        policy = memoryview(data)[start:end]
    if end != len(data) or not isinstance(acks, list):
        raise FormatError
    return [_ack(entry) for entry in acks], policy


def _ack(fields):
    if not isinstance(fields, list) or len(fields) != 5:
        raise FormatError
    number, utc_s, least_policy_version, log_head, mac = fields
    for value in (number, least_policy_version):
        if not is_int(value, 0, 1 << 32):
            raise FormatError  # negative, or more bytes than the message has
    if not is_int(utc_s, 0, 1 << 40):
        raise FormatError  # no time of ours
    if not is_bytes(log_head, _HASH_SIZE) or not is_bytes(mac, _HASH_SIZE):
        raise FormatError
    return Ack(number, utc_s, least_policy_version, log_head, mac)
