"""Outbox to collector, when told to; after a failure again, later and later."""

import asyncio

from seal.hmac import hmac_sha256
from uplink import session
from uplink.http import UplinkError
from wire.envelope import hash_of

_BACKOFF_S = (30, 60, 120, 240, 480, 900)


class Sender:
    """Over a radio, an RTC and a way to open TLS that are handed in (hal's)."""

    def __init__(self, tag, radio, set_rtc, open_tls):
        self._tag = tag
        self._radio = radio
        self._set_rtc = set_rtc
        self._open_tls = open_tls

    async def send(self):
        """Upload whenever `tag.upload_now` is set."""
        tag = self._tag
        while True:
            await tag.upload_now.wait()
            tag.upload_now.clear()
            for backoff_s in _BACKOFF_S:
                if await self.upload():
                    break
                await asyncio.sleep(backoff_s + tag.drbg.generate(1)[0] % backoff_s)

    async def upload(self):
        """Try one session; return whether nothing is left to do."""
        tag = self._tag
        try:
            if not await self._radio.join():
                return False
            self._set_rtc(tag.timebase.least_s(tag.clock.ms()))
            report = await session.upload(
                tag.outbox, self._connect, tag.config.host, self._is_genuine, self._remove
            )
        except (OSError, UplinkError, asyncio.TimeoutError, EOFError, ValueError):
            return False  # a ValueError is mbedTLS's word for a certificate that it refuses
        finally:
            self._radio.leave()
        if report.last_ack is not None:
            await self._note_ack(report.last_ack)
        return tag.outbox.count() == 0

    async def _remove(self, number):
        """Remove an acked envelope from the flash."""
        await self._tag.write(self._tag.outbox.remove_steps(number))

    async def _note_ack(self, ack):
        """Keep what an ack says beside its envelope: the time, and the access log's head."""
        counters = self._tag.counters
        self._tag.timebase.confirm(ack.utc_s, self._tag.clock.ms())
        counters.floor_s = self._tag.timebase.floor_s
        counters.acked_s = ack.utc_s
        counters.log_head = ack.log_head
        await self._tag.write(counters.save_steps())

    async def _connect(self):
        """Return (reader, writer) of a TLS stream to the collector."""
        config = self._tag.config
        return await self._open_tls(config.host, config.port, config.ca_der)

    def _is_genuine(self, ack, sealed):
        """Return whether the collector that shares our key has stored exactly this envelope."""
        return hmac_sha256(self._tag.config.ack_key, ack.message(hash_of(sealed))) == ack.mac
