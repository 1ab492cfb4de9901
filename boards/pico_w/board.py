"""Raspberry Pi Pico W: data only. The wiring is in README.md beside this file."""

NAME = "pico_w"
HAS_WIFI = True
FLASH_BLOCKS = 212  # of 4 KiB, the volume that MicroPython leaves
HEAP_KB = 200  # free at boot, Wi-Fi firmware loaded
OUTBOX_BLOCKS = 78  # two envelopes each, the firmware on the volume: docs/STORAGE.md
ROOM_BYTES = 18_432  # of the heap, kept in one piece: TLS takes 16.7 KB so
# Whose kernels are left as bytecode: a fix takes milliseconds more, the heap has 8 KB more.
PLAIN_KERNELS = ("tag.grid", "tag.near", "tag.table")

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
