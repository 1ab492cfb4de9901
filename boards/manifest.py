"""What a frozen build holds: the firmware's modules, as bytecode in the chip's flash.

For MicroPython's `FROZEN_MANIFEST`; each board's manifest.py includes this file and adds its data.
Of MicroPython's own modules only those that the firmware imports; _boot.py is ours.
"""

_FIRMWARE = "../firmware"

include("$(MPY_DIR)/extmod/asyncio")
module("rp2.py", base_path="$(PORT_DIR)/modules")
module("_boot.py")

for layer in ("duty", "hal", "seal", "store", "tag", "uplink", "wire"):
    package(layer, base_path=_FIRMWARE)
for name in ("boot.py", "build_info.py", "main.py"):
    module(name, base_path=_FIRMWARE)
