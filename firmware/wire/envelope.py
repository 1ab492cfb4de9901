"""Envelopes: what leaves the tag (docs/FORMAT.md, section 5). Framing only; seal/ has the keys.

An envelope is a COSE_Sign1 over [1, header, [[kid, enc || wrapped secret] ...], ciphertext]. Every
envelope to the same number of recipients has the same size: counters are fixed-size byte strings.
"""

import hashlib

from wire import FormatError, cbor, cose
from wire.batch import SIZE, is_class
from wire.fields import is_bytes, versioned

MAX_RECIPIENTS = 4
SUITE = 1  # DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; Ed25519
HASH_SIZE = 32
ZERO_HASH = bytes(HASH_SIZE)  # before the first envelope; no access log yet

KEY_INFO = b"reticent-1 key"
COMMIT_INFO = b"reticent-1 commit"
WRAP_INFO = b"reticent-1 wrap"

_VERSION = 1
_COUNTER_SIZE = 4
_ENC_AND_WRAPPED = 32 + 32 + 16
_CIPHERTEXT = SIZE + 16


class Header:
    """The header's fields: tag (8 bytes), class, sequence number, policy version, and hashes.

    `previous` is the SHA-256 of the tag's previous envelope, `recipients` of the recipients' kids
    in order, `log_head` the access log's head in the last ack, `commit` binds the batch to one
    secret.
    """

    def __init__(
        self, tag, kind, number, policy_version, previous, log_head, recipients=b"", commit=b""
    ):
        self.tag = tag
        self.kind = kind
        self.number = number
        self.policy_version = policy_version
        self.previous = previous
        self.recipients = recipients
        self.log_head = log_head
        self.commit = commit

    def encode(self):
        """Return the header's bytes: the batch's AAD, and with its hash every wrapping's info."""
        return cbor.encode(self._fields() + [self.commit])

    def encode_without_commit(self):
        """Return the bytes that, with the batch's hash, hedge the content secret."""
        return cbor.encode(self._fields())

    def _fields(self):
        return [
            SUITE,
            self.tag,
            self.kind,
            self.number.to_bytes(_COUNTER_SIZE, "big"),
            self.policy_version.to_bytes(_COUNTER_SIZE, "big"),
            self.previous,
            self.recipients,
            self.log_head,
        ]


class Envelope:
    """An envelope that was read: header, wrapped secrets, ciphertext, signature."""

    def __init__(self, header, header_bytes, wrapped, ciphertext, payload, signature):
        self.header = header
        self.header_bytes = header_bytes
        self.wrapped = wrapped  # [(kid, enc || ciphertext || tag) ...]
        self.ciphertext = ciphertext
        self.payload = payload
        self.signature = signature

    def to_be_signed(self):
        """Return what the tag's identity key must have signed."""
        return cose.to_be_signed(self.header.tag, self.payload)


def kid_of(public_key):
    """Return the key id of a public key, and the tag's id of its identity key: 8 bytes."""
    return hashlib.sha256(public_key).digest()[: cose.KID_SIZE]


def hash_of(sealed):
    """Return the SHA-256 of an envelope's bytes: what the next header and the ack name it by."""
    return hashlib.sha256(sealed).digest()


def recipients_hash(kids):
    """Return the SHA-256 of the recipients' kids, in order."""
    return hashlib.sha256(b"".join(kids)).digest()


def wrap_info(header_bytes):
    """Return HPKE's `info`: it ties every wrapped secret to this header."""
    return WRAP_INFO + hashlib.sha256(header_bytes).digest()


def encode_payload(header_bytes, wrapped, ciphertext):
    """Return the bytes that are signed; `wrapped` is [(kid, enc || wrapped secret) ...]."""
    return cbor.encode([_VERSION, header_bytes, [list(entry) for entry in wrapped], ciphertext])


def parse(data):
    """Return the Envelope of exactly these bytes; FormatError for anything else.

    Neither the signature nor the commit is checked here; that the kid is the header's tag is.
    """
    envelope, end = parse_first(data, 0)
    if end != len(data):
        raise FormatError  # trailing bytes
    return envelope


def parse_first(data, start):
    """Return (Envelope, end) of the envelope at `start` of a CBOR sequence."""
    kid, payload, signature, end = cose.parse_first(data, start)
    header_bytes, wrapped, ciphertext = versioned(payload, _VERSION, 4)
    if not is_bytes(ciphertext, _CIPHERTEXT):
        raise FormatError  # not a padded batch
    header = _header(header_bytes)
    pairs = _wrapped(wrapped)
    if kid != header.tag or recipients_hash([pair[0] for pair in pairs]) != header.recipients:
        raise FormatError  # signed by another, or the recipients were changed
    return Envelope(header, header_bytes, pairs, ciphertext, payload, signature), end


def _header(header_bytes):
    if not isinstance(header_bytes, bytes):
        raise FormatError
    fields = versioned(header_bytes, SUITE, 9)
    sizes = (cose.KID_SIZE, None, _COUNTER_SIZE, _COUNTER_SIZE) + (HASH_SIZE,) * 4
    for value, size in zip(fields, sizes):
        if size is not None and not is_bytes(value, size):
            raise FormatError
    tag, kind, number, version, previous, recipients, log_head, commit = fields
    if not is_class(kind):
        raise FormatError  # unknown class
    number, version = int.from_bytes(number, "big"), int.from_bytes(version, "big")
    return Header(tag, kind, number, version, previous, log_head, recipients, commit)


def _wrapped(wrapped):
    if not isinstance(wrapped, list) or not 0 < len(wrapped) <= MAX_RECIPIENTS:
        raise FormatError
    pairs = []
    for entry in wrapped:
        if not isinstance(entry, list) or len(entry) != 2:
            raise FormatError
        kid, blob = entry
        if not is_bytes(kid, cose.KID_SIZE) or not is_bytes(blob, _ENC_AND_WRAPPED):
            raise FormatError
        pairs.append((kid, blob))
    return pairs
