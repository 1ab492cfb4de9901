"""Runs before main.py: the heap is collected every 16 KB while the modules load.

What stays for good then lies together. Left to itself MicroPython collects when nothing is free:
the modules lie all over the heap by then, with no hole of 1,280 bytes left (emulated Pico).
"""

import gc
import sys

import board

from hal.held import addresses, hold

held = hold(addresses())
delattr(sys.modules["hal"], "held")
del sys.modules["hal.held"], addresses, hold
gc.threshold(16_384)
if board.HAS_WIFI:  # TLS needs a hole of 17 KB
    from duty import overlay

    overlay.acquaint()
