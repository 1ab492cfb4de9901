"""Outbox to collector, when told to; after a failure again, later and later."""

import asyncio

from duty import overlay
from seal.hmac import is_mac
from tag import events, reasons
from uplink import UplinkError
from wire.envelope import hash_of

# Seconds after the first, second ... failed try; the last one from then on. Up to a quarter more
# at random, so that tags that lost one network do not come back as one.
_BACKOFF_S = (15, 30, 60, 120, 240, 480)
_LEAST_S = 15  # between two tries, whatever happens
_PROGRESS_S = 60
_MOST_STARVED = 3  # uploads in a row for which there was no memory: a reset gives it back
_FAILURES = (OSError, UplinkError, asyncio.TimeoutError, EOFError, ValueError)


class Sender:
    """Over a radio and a way to set the RTC that are handed in (hal's).

    Bound on retries: six in the first 16 minutes of an outage, then at most one in 8 minutes; an
    ALERT brings the next one forward, never below 15 s after the last.
    """

    def __init__(self, tag, orders, radio, set_rtc):
        self._tag = tag
        self._orders = orders
        self._radio = radio
        self._set_rtc = set_rtc
        self._starved = 0
        self._why = events.UPLINK_BROKEN, 0  # why the last try failed, and its value

    async def send(self):
        """Upload whenever `tag.upload_now` is set, and what an earlier life has left."""
        tag = self._tag
        if tag.outbox.numbers(1):
            tag.upload_now.set()
        while True:
            while not await self._told_within(_PROGRESS_S):
                pass
            failed = 0
            while not await self.upload():
                await self._pause(failed)
                failed += 1
            if failed:
                tag.note(events.UPLINK_FAILED, failed)
                tag.note(*self._why)

    async def upload(self):
        """Try one session; return whether nothing is left to do."""
        tag = self._tag
        tag.supervisor.progress(reasons.SEND)
        if not tag.outbox.numbers(1):
            return True  # no radio for nothing: after an order's last key no network sees the tag
        try:
            report = await self._session()
            self._starved = 0
        except _FAILURES as error:
            self._failed(*why(error))
            return False
        except MemoryError:
            self._starved += 1
            if self._starved > _MOST_STARVED:
                raise
            self._failed(events.UPLINK_STARVED, 0)
            return False
        finally:
            self._radio.leave()
            overlay.forget(overlay.UPLINK)
        return report is not None and await self._took(report)

    async def _took(self, report):
        """Act on a session's Report; return whether nothing is left to do."""
        tag = self._tag
        if report.last_ack is not None:
            await self._note_ack(report.last_ack)
            await self._orders.allow(report.last_ack.least_policy_version)
        await self._orders.take_arrived()
        if report.refused:
            tag.note(events.ACK_REFUSED, report.refused)
        if report.status != 200:
            self._failed(events.ANSWER_REFUSED, report.status)
        elif tag.outbox.numbers(1):
            self._failed(events.UNACKED, 0)
        else:
            return True
        return False

    def _failed(self, code, value):
        """Keep why a try failed: for the ring at once, for a batch when there is one again."""
        self._tag.ring.log(code)
        self._why = code, value

    async def _session(self):
        """Join and upload; return the session's Report, or None where there is no network."""
        tag = self._tag
        if not await self._radio.join():
            self._failed(events.WIFI_FAILED, self._radio.status())
            return None
        self._set_rtc(tag.timebase.least_s(tag.clock.ms()))
        from uplink import session  # dropped by upload()

        return await session.upload(
            tag.outbox,
            self._connect,
            tag.config.host,
            self._is_genuine,
            self._remove,
            self._orders.receive,
            tag.room,
        )

    async def _pause(self, failed):
        """Wait after so many failures before; an ALERT cuts the wait short."""
        base_s = _BACKOFF_S[min(failed, len(_BACKOFF_S) - 1)]
        left_s = base_s + base_s * self._tag.drbg.generate(1)[0] // 1024
        self._tag.supervisor.progress(reasons.SEND)
        await asyncio.sleep(_LEAST_S)
        left_s -= _LEAST_S
        while left_s > 0 and not await self._told_within(min(left_s, _PROGRESS_S)):
            left_s -= _PROGRESS_S

    async def _told_within(self, wait_s):
        """Return whether an upload was asked for within this time."""
        self._tag.supervisor.progress(reasons.SEND)
        try:
            await asyncio.wait_for(self._tag.upload_now.wait(), wait_s)
        except asyncio.TimeoutError:
            return False
        self._tag.upload_now.clear()
        return True

    async def _remove(self, number):
        """Remove an acked envelope from the flash."""
        self._tag.supervisor.progress(reasons.SEND)
        await self._tag.write(self._tag.outbox.remove_steps(number))

    async def _note_ack(self, ack):
        """Keep what an ack says beside its envelope: the time, and the access log's head."""
        counters, timebase = self._tag.counters, self._tag.timebase
        now_ms = self._tag.clock.ms()
        off_s = timebase.confirm(ack.utc_s, now_ms)
        if off_s:
            self._tag.note(events.CLOCK, off_s)
        counters.floor_s = timebase.floor_s
        counters.acked_s = timebase.least_s(now_ms)
        counters.log_head = ack.log_head
        await self._tag.write(counters.save_steps())

    async def _connect(self):
        """Return (reader, writer) of a TLS stream to the collector."""
        self._tag.supervisor.progress(reasons.SEND)
        config = self._tag.config
        return await self._radio.open_tls(config.host, config.port, config.ca_der)

    def _is_genuine(self, ack, sealed):
        """Return whether the collector that shares our key has stored exactly this envelope."""
        return is_mac(self._tag.config.ack_key, ack.message(hash_of(sealed)), ack.mac)


def why(error):
    """Return (event code, value) of what ended a session."""
    if isinstance(error, ValueError):  # mbedTLS's word for a certificate that it refuses
        return events.TLS_REFUSED, 0
    if isinstance(error, (UplinkError, EOFError)):
        return events.ANSWER_REFUSED, 0
    if isinstance(error, asyncio.TimeoutError):
        return events.UPLINK_STALLED, 0
    return (events.NAME_UNKNOWN if error.args[:1] == (-2,) else events.UPLINK_BROKEN), 0
