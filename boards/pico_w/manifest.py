"""A frozen build for the Raspberry Pi Pico W (MicroPython's RPI_PICO_W)."""

include("../manifest.py")
require("ssl")
module("board.py")
