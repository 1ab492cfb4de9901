"""What `reticent personalise` puts on a tag, as one CBOR map (docs/FORMAT.md, section 9)."""

from wire import FormatError, cbor
from wire.fields import is_bytes, is_int

_FORMAT = 1
_KEY_SIZE = 32
_KINDS = (int, bytes, bytes, str, int, bytes, str, str, int)


class Config:
    """A tag's personalisation; no coordinate, and no key but the one shared with the collector."""

    def __init__(self, issuer_key, ack_key, host, port, ca_der, ssid, wifi_key, gnss_baud):
        self.issuer_key = issuer_key  # Ed25519, the order's issuer
        self.ack_key = ack_key
        self.host = host
        self.port = port
        self.ca_der = ca_der  # the collector's CA, pinned
        self.ssid = ssid
        self.wifi_key = wifi_key
        self.gnss_baud = gnss_baud

    def encode(self):
        """Return the file's bytes."""
        values = (
            _FORMAT,
            self.issuer_key,
            self.ack_key,
            self.host,
            self.port,
            self.ca_der,
            self.ssid,
            self.wifi_key,
            self.gnss_baud,
        )
        return cbor.encode({key: value for key, value in enumerate(values, 1)})


def decode(data):
    """Return the Config of these bytes, or raise FormatError."""
    fields = cbor.decode(data)
    if not isinstance(fields, dict) or set(fields) != set(range(1, len(_KINDS) + 1)):
        raise FormatError  # a field is missing or unknown
    values = [fields[key] for key in range(1, len(_KINDS) + 1)]
    if values[0] != _FORMAT or any(type(v) is not kind for v, kind in zip(values, _KINDS)):
        raise FormatError  # unknown version, or a value of another type
    if not is_bytes(values[1], _KEY_SIZE) or not is_bytes(values[2], _KEY_SIZE):
        raise FormatError  # a key of another length
    if not is_int(values[4], 1, 1 << 16) or not is_int(values[8], 1, 1 << 24):
        raise FormatError  # no port, no line rate
    return Config(*values[1:])
