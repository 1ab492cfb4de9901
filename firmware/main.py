"""The composition root: the only file that joins the hardware to the logic.

Four tasks of `duty`: `sample` turns the receiver's bytes to records, `seal` records to envelopes
in the outbox, `send` brings them to the collector, `warn` vibrates. A task that dies ends the
program; the watchdog is then no longer fed and resets the tag.
"""

import asyncio

import board

import build_info
from duty import orders, told
from duty.core import Tag
from duty.sampling import Sampler
from duty.sealing import Sealer
from hal import clock, watchdog
from hal.chip import Chip
from hal.uart import ReceiverUart
from hal.vibrator import Vibrator
from tag.assembly import Assembly


def bearer(tag):
    """Return the coroutines that bring envelopes away: none where they are fetched over USB."""
    if not board.HAS_WIFI:
        return ()
    from duty.sending import Sender  # a plain Pico has no network module
    from hal import wifi

    radio = wifi.Wifi(tag.config.ssid, tag.config.wifi_key)
    return (Sender(tag, radio, clock.set_rtc, wifi.open_tls).send(),)


def work(tag, policy):
    """Return the coroutines of a tag under this order, or of one without (None)."""
    if policy is None:
        return (tag.idle(),)
    offset = tag.secrets.load_offset(policy.cell_m, tag.drbg)
    assembly = Assembly(policy.version, policy.slot_s)
    ledger = told.load(policy.version)
    sampler = Sampler(tag, policy, offset, assembly, build_info.BUILD_UTC_S, ledger)
    cause = watchdog.reset_cause()
    sealer = Sealer(tag, policy, assembly, sampler, build_info.VERSION, cause)
    baud = tag.config.gnss_baud
    uart = ReceiverUart(board.GNSS_UART, board.GNSS_TX, board.GNSS_RX, baud, board.GNSS_RXBUF)
    sample = sampler.sample(uart, bytearray(board.GNSS_RXBUF))
    return sample, sampler.warn(Vibrator(board.VIBRATOR)), sealer.seal()


async def main():
    """Run the tasks until one of them ends, which none does by itself."""
    tag = Tag(
        watchdog.start(),
        clock.Clock(),
        Chip(board.RING_OSCILLATOR),
        board.OUTBOX_CAPACITY,
        build_info.BUILD_UTC_S,
    )
    policy = orders.load_policy(tag.config.issuer_key, tag.tag)
    await asyncio.gather(*work(tag, policy), *bearer(tag))


asyncio.run(main())
