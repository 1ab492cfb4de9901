"""The Wi-Fi bearer: join, and a TLS stream to one host whose CA is pinned."""

import asyncio
import ssl

import network

_JOIN_S = 20
_POLL_MS = 250


class Wifi:
    """Station mode; the radio is off between uploads."""

    def __init__(self, ssid, key):
        self._ssid = ssid
        self._key = key
        self._wlan = network.WLAN(network.WLAN.IF_STA)

    async def join(self):
        """Join the network; return whether that worked within 20 s."""
        self._wlan.active(True)
        if not self._wlan.isconnected():
            self._wlan.connect(self._ssid, self._key)
        for _ in range(_JOIN_S * 1000 // _POLL_MS):
            if self._wlan.isconnected():
                return True
            if self._wlan.status() < 0:
                return False  # no such network, or it refuses the key: waiting helps nobody
            await asyncio.sleep_ms(_POLL_MS)
        return False

    def status(self):
        """Return network.WLAN.status(): why joining failed."""
        return self._wlan.status()

    def leave(self):
        """Switch the radio off."""
        self._wlan.disconnect()
        self._wlan.active(False)

    async def open_tls(self, host, port, ca_der):
        """Return (reader, writer) of a TLS stream to the host, which this CA must have certified.

        The date is checked against the RTC: set it first. Raises OSError, and ValueError for a
        certificate that is not to be trusted.
        """
        from hal import names  # dropped by duty.sending

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=ca_der)
        address = await names.resolve(host, self._wlan.ifconfig()[3])
        return await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
