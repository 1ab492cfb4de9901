# Runs on the emulated Pico: how much of the chip a receiver's stream at 115,200 baud takes.
# Idle time is counted in turns of an empty loop, so that interrupts are in the figure too.
import binascii
import gc
import sys
import time

import machine

sys.path.insert(0, "/lib")
from tag import gnss
from tag.integrity import Integrity

POLL_MS = 50
RUN_MS = 3_000
uart = machine.UART(0, baudrate=115_200, tx=machine.Pin(0), rx=machine.Pin(1), rxbuf=2_048)
buffer = bytearray(2_048)
epochs = gnss.Epochs(on_signals=Integrity().take_signals)


def idle(ms):
    turns = 0
    ticks, diff = time.ticks_ms, time.ticks_diff
    started = ticks()
    while diff(ticks(), started) < ms:
        turns += 1
    return turns


def listen():
    turns = received = fixes = 0
    started = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), started) < RUN_MS:
        turns += idle(POLL_MS)
        count = min(uart.any(), len(buffer))
        if count:
            uart.readinto(buffer, count)
            received += count
            fixes += len(epochs.feed(buffer, count))
    return turns, received, fixes


def heap():
    """Return the bytes that a pass over the sentences of one second takes, without its Fixes."""
    data = open("/stream.nmea", "rb").read(6_000)
    count = len(data)
    reader = gnss.Epochs(on_signals=Integrity().take_signals)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    at = 0
    while at < count:
        reader.read(data, at, count)
        at = reader.at
    after = gc.mem_alloc()
    gc.enable()
    return after - before, reader.sentences


def damaged():
    """Return a checksum of the fixes of each damaged stream, and how many there are."""
    total = count = 0
    with open("/damaged.bin", "rb") as file:
        while True:
            head = file.read(2)
            if not head:
                return total, count
            data = file.read(head[0] << 8 | head[1])
            reader = gnss.Epochs()
            for fix in reader.feed(data, len(data)) + reader.feed(b"", 0):
                total = binascii.crc32(text_of(fix).encode(), total)
                count += 1


def text_of(fix):
    values = (fix.utc_s, fix.utc_ms, fix.lat_udeg, fix.lon_udeg, fix.alt_mm, fix.speed_cm_s)
    more = (fix.course_cdeg, fix.hdop_x100, fix.sats_used, fix.mode, fix.error_m, fix.signals)
    return f"{values} {more} {fix.is_doubtful}\n"


print("damaged", damaged())
gc.collect()
print("heap", heap())
calibration = idle(500)
print("listening")
time.sleep_ms(100)
turns, received, fixes = listen()
print("turns", calibration * RUN_MS // 500, turns)
print("received", received, fixes, epochs.sentences)
