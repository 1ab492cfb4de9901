"""Acks: the collector's word that it has stored an envelope, and the answer that carries them.

An ack is HMAC-SHA256 with the key that tag and collector share; only then does the tag remove the
envelope's file (docs/FORMAT.md, section 6).
"""

import hashlib

from wire import FormatError, cbor
from wire.fields import is_bytes, is_int

_LABEL = b"reticent-ack-1"
_VERSION = 1
_HASH_SIZE = 32
MAX_ANSWER = 24_576  # bytes: acks, and a signed order of at most 16 KB
MAX_ACK = 88  # bytes of one in an answer


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


def encode_answer(acks, order=None):
    """Return an answer's bytes: the acks, and a newer signed order where there is one."""
    digest = None if order is None else hashlib.sha256(order).digest()
    return cbor.encode([_VERSION, [ack.fields() for ack in acks], digest]) + (order or b"")


def decode_head(data):
    """Return ([Ack ...], the order's SHA-256 or None, where the order's bytes begin)."""
    fields, end = cbor.decode_first(data, 0)
    if not isinstance(fields, list) or len(fields) != 3 or not isinstance(fields[1], list):
        raise FormatError
    version, acks, digest = fields
    if not is_int(version, _VERSION, _VERSION + 1):
        raise FormatError  # unknown version
    if digest is not None and not is_bytes(digest, _HASH_SIZE):
        raise FormatError
    return [_ack(entry) for entry in acks], digest, end


def decode_answer(data):
    """Return ([Ack ...], order's bytes or None) of a whole answer; FormatError for all else."""
    if len(data) > MAX_ANSWER:
        raise FormatError
    acks, digest, end = decode_head(data)
    order = data[end:] or None
    if digest != (order and hashlib.sha256(order).digest()):
        raise FormatError  # an order without its hash, a hash without its order, or another's
    return acks, order


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
