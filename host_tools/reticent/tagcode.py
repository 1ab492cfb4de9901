"""Where the tag's firmware lies, and its pure modules for the host: one definition, not two.

The wheel carries firmware/ and boards/ inside; in a checkout they lie beside host_tools/.
"""

import sys
from pathlib import Path

_INSTALLED = Path(__file__).parent / "_tag"
_CHECKOUT = Path(__file__).parents[2]

ROOT = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
FIRMWARE = ROOT / "firmware"
BOARDS = ROOT / "boards"
EXAMPLES = ROOT / "examples"

# At the end: nothing of ours may shadow an installed package.
for _folder in (FIRMWARE, Path(__file__).parent / "cpython"):
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))

from tag import (  # noqa: E402 - the path comes first
    areas,
    assembly,
    cells,
    events,
    geometry,
    gnss,
    grid,
    locate,
    order_limits,
    order_zones,
    pipeline,
    policy,
    reasons,
    schedule,
    sphere,
    stays,
    succession,
    zone_limits,
)
from wire import (  # noqa: E402
    FormatError,
    ack,
    batch,
    cbor,
    config,
    cose,
    envelope,
    record,
    vault,
)

__all__ = [
    "BOARDS",
    "EXAMPLES",
    "FIRMWARE",
    "FormatError",
    "ack",
    "areas",
    "assembly",
    "batch",
    "cbor",
    "cells",
    "config",
    "cose",
    "envelope",
    "events",
    "geometry",
    "gnss",
    "grid",
    "locate",
    "order_limits",
    "order_zones",
    "pipeline",
    "policy",
    "reasons",
    "record",
    "schedule",
    "sphere",
    "stays",
    "succession",
    "vault",
    "zone_limits",
]
