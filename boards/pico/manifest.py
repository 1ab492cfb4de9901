"""A frozen build for the Raspberry Pi Pico (MicroPython's RPI_PICO)."""

include("../manifest.py")
module("board.py")
