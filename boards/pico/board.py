"""Raspberry Pi Pico, the passive tag: data only. The wiring is in README.md beside this file."""

NAME = "pico"
HAS_WIFI = False  # envelopes are fetched over USB
FLASH_BLOCKS = 352  # of 4 KiB, the volume that MicroPython leaves
HEAP_KB = 240  # free at boot
OUTBOX_BLOCKS = 210  # two envelopes each, the firmware on the volume: docs/STORAGE.md
ROOM_BYTES = 0  # of the heap, kept in one piece: no TLS needs it

GNSS_UART = 0
GNSS_TX = 0  # GP0, to the receiver's RX
GNSS_RX = 1  # GP1, from the receiver's TX
GNSS_RXBUF = 2_048  # two seconds at 9,600 baud
GNSS_POWER = None  # the pin that enables the receiver's supply, where one is wired

VIBRATOR = 15  # GP15, to the motor's transistor
STRAP = None  # the pin of the wire in the strap, to ground while closed, where there is one
CASE = None  # the pin of the case's switch, the same way

RING_OSCILLATOR = 0x4006_001C  # the RP2040's RANDOMBIT register
WATCHDOG_SCRATCH = 0x4005_800C  # RP2040's SCRATCH0: free for firmware, kept over a reset
