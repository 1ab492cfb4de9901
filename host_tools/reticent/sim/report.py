"""What a simulation reports, summed over the lives of its chip."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# What chip.py reports of one life, as it came out of its JSON.
Life = dict[str, Any]


@dataclass
class UartReport:
    """What became of the bytes of a UART's feed."""

    received: int = 0  # into the buffer
    delivered: int = 0  # read by the firmware
    lost_overflow: int = 0  # the buffer was full
    lost_irq_off: int = 0  # by a flash operation, or disable_irq()
    lost_asleep: int = 0  # in lightsleep
    lost_closed: int = 0  # before the UART was initialised
    lost_off: int = 0  # the sender's supply was off
    garbled: int = 0  # the rates differed
    sent: int = 0


@dataclass
class Report:
    """What a simulation did, summed over its lives."""

    stops: list[str] = field(default_factory=list[str])  # why each life ended
    end_ms: int = 0  # virtual, since the first power-on
    flash_ops: int = 0
    erases: Counter[int] = field(default_factory=Counter[int])  # by block
    bits_not_set: int = 0  # bytes programmed over bytes that were not erased
    levels_put_out: int = 0
    uarts: dict[int, UartReport] = field(default_factory=dict[int, UartReport])
    heap_mock: int = 0
    heap: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])  # (ms, in use)
    scratch: list[int] = field(default_factory=list[int])  # the watchdog's, at the last life's end

    @property
    def stop(self) -> str:
        """Why the last life ended.

        "end", "power cut", "returned", "exception", "mount failed", "interrupted", "stalled",
        or, when the restarts were used up, "reset" or "watchdog".
        """
        return self.stops[-1]

    def add(self, life: Life) -> None:
        """Add what chip.py reports of one life; of one that had to be killed there is little."""
        self.stops.append(life["stop"])
        self.end_ms = life["end_ms"]
        self.flash_ops = life.get("flash_ops", self.flash_ops)
        self.bits_not_set += life.get("bits_not_set", 0)
        self.levels_put_out += life.get("levels_put_out", 0)
        self.scratch = life.get("scratch", [0, 0, 0, 0])
        self.heap_mock = life.get("heap_mock", 0)
        self.erases.update({int(n): count for n, count in life.get("erases", {}).items()})
        for number, counters in life.get("uarts", {}).items():
            uart = self.uarts.setdefault(int(number), UartReport())
            for name, count in counters.items():
                setattr(uart, name, getattr(uart, name) + count)
