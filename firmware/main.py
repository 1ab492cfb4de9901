"""The composition root: the only file that joins the hardware to the logic.

Tasks of `duty`: `sample` turns the receiver's bytes to records, `seal` records to envelopes in the
outbox, `send` brings them to the collector, `warn` vibrates, `tamper` looks at strap and case. A
task that dies resets the tag, and the next life says why.
"""

import asyncio
import gc
import os
import sys
import time

import board

import build_info
from duty import told
from duty.core import Tag
from duty.orders import Orders
from duty.sampling import Sampler
from duty.sealing import Sealer
from duty.supervisor import how_of
from hal import clock, watchdog
from hal.chip import Chip
from hal.supply import Supply
from hal.uart import ReceiverUart
from hal.vibrator import Vibrator
from tag import reasons
from tag.assembly import Assembly

# A collection takes 0.2 s of a Pico's time, and one in 16 KB (boot.py) made sealing twice as long.
_GARBAGE_BYTES = 49_152


def bearer(tag, orders):
    """Return {task: coroutine} of what brings envelopes away: none where USB fetches them."""
    if not board.HAS_WIFI:
        return {}
    from duty.sending import Sender  # a plain Pico has no network module
    from hal import wifi

    radio = wifi.Wifi(tag.config.ssid, tag.config.wifi_key)
    return {reasons.SEND: Sender(tag, orders, radio, clock.set_rtc).send()}


def watch(tag, sampler):
    """Return {task: coroutine} of what looks at strap and case: none where no contact is wired."""
    if board.STRAP is None and board.CASE is None:
        return {}
    from duty.tampering import Tampering
    from hal.contact import ContactPin
    from wire import record

    wired = ((record.STRAP, board.STRAP), (record.CASE, board.CASE))
    pins = [(cause, ContactPin(pin)) for cause, pin in wired if pin is not None]
    return {reasons.TAMPER: Tampering(tag, sampler, pins).watch()}


def work(tag, orders):
    """Return {task: coroutine} of a tag under its orders, or of one without any."""
    policy = orders.policy
    if policy is None:
        return {reasons.SAMPLE: tag.idle()}
    offset = tag.secrets.load_offset(policy.cell_m, tag.drbg)
    assembly = Assembly(policy.address)
    ledger = told.load(policy.version)
    supply = None if board.GNSS_POWER is None else Supply(board.GNSS_POWER)
    sampler = Sampler(tag, orders, offset, assembly, build_info.BUILD_UTC_S, ledger, supply)
    sealer = Sealer(tag, orders, assembly, sampler, build_info.VERSION, ledger)
    orders.followers = (sampler, sealer)
    baud = tag.config.gnss_baud
    uart = ReceiverUart(board.GNSS_UART, board.GNSS_TX, board.GNSS_RX, baud, board.GNSS_RXBUF)
    tasks = {
        reasons.SAMPLE: sampler.sample(uart, bytearray(board.GNSS_RXBUF)),
        reasons.WARN: sampler.warn(Vibrator(board.VIBRATOR)),
        reasons.SEAL: sealer.seal(),
    }
    tasks.update(watch(tag, sampler))
    return tasks


def show(error):
    """Print what went wrong, in a development build only: a message may hold anything."""
    if build_info.TRACES:
        sys.print_exception(error)


async def live(dog):
    """Run the tasks; they do not end, or the tag resets."""
    chip = Chip(board.RING_OSCILLATOR)
    made_s = build_info.BUILD_UTC_S
    tag = Tag(dog, clock.Clock(), chip, board.OUTBOX_BLOCKS, made_s, board.ROOM_BYTES)
    await tag.hold()
    orders = Orders(tag)
    await orders.load()
    tasks = work(tag, orders)
    tasks.update(bearer(tag, orders))
    gc.threshold(_GARBAGE_BYTES)
    guarded = [tag.supervisor.guard(task, coroutine, show) for task, coroutine in tasks.items()]
    await asyncio.gather(tag.settle(), *guarded)


def require_configuration():
    """Stay here, and say why, where there is none: nothing is formatted, nothing made anew."""
    while True:
        try:
            return os.stat("/config")
        except OSError:
            print("reticent: no /config: the volume is empty, or does not mount")  # noqa: T201
        time.sleep(5)


def main():
    """Start the watchdog, then the tag; whatever ends it before its tasks run is a reset too."""
    require_configuration()
    dog = watchdog.Watchdog(board.WATCHDOG_SCRATCH, reasons.STARVED)
    try:
        asyncio.run(live(dog))
    except Exception as error:  # noqa: BLE001 - any death is a reset with a reason
        show(error)
        dog.reset(reasons.died(reasons.BOOT, how_of(error)))


main()
