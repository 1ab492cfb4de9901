"""What surrounds a simulated chip: the board, its inputs, its lines and its network."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

# Inputs of a Change: what it changes, and the id that means.
PIN, ADC, WIFI, POWER, BAUD, HOLD = "pin", "adc", "wifi", "power", "baud", "hold"
DOWN, UP, CAPTIVE, DEAF, SLOW_MS = 0, 1, 2, 3, 1000  # of WIFI


@dataclass(frozen=True)
class Board:
    """What a board has; the defaults are a Pico W's."""

    name: str = "Raspberry Pi Pico W with RP2040"
    chip: str = "rp2040"  # or "rp2350"
    pins: tuple[int, ...] = (*range(23), 26, 27, 28)
    names: dict[str, int] = field(default_factory=dict[str, int])  # names beside GP<n>, GPIO<n>
    adc_pins: tuple[int, ...] = (26, 27, 28)  # the converter's channels 0, 1, 2
    flash_blocks: int = 212
    has_wifi: bool = True
    unique_id: str = "e660583883724a32"
    freq_hz: int = 125_000_000
    heap_bytes: int = 200_000  # free at boot, on the board's 32 bits


@dataclass(frozen=True)
class Uart:
    """What is at the other end of a UART."""

    feed: Path | None = None
    baud: int = 9600  # of the other end
    sent: Path | None = None  # what the firmware writes is appended here
    power_pin: int | None = None  # that the firmware switches its supply with
    # When the firmware writes such a text, the other end goes over to this rate.
    switches: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Wifi:
    """The network in reach."""

    ssid: str = "reticent"
    key: str = "reticent-key"
    up: bool = True
    portal_port: int = 0  # where a captive portal stands, on loopback


@dataclass(frozen=True, order=True)
class Change:
    """At at_ms since the first power-on: a pin's level, an ADC's u16 or (which=0) how Wi-Fi is.

    Wi-Fi: DOWN, UP, CAPTIVE, DEAF (the name server stays silent), or slow: so many milliseconds,
    SLOW_MS at least, before each piece of an answer. ADC 4 is the chip's own temperature. POWER
    (which=0, value=0) is a dip that ends this life. BAUD is what is at a UART's other end going
    over to another rate. HOLD (0, 0) lets the chip stand still while the runner's on_hold looks.
    """

    at_ms: int
    what: str
    which: int
    value: int


@dataclass(frozen=True)
class World:
    """All that a simulation is given."""

    flash: Path  # see image.build_image
    end_ms: int  # since the first power-on
    board: Board = field(default_factory=Board)
    levels: dict[int, int] = field(default_factory=dict[int, int])
    adc_u16: dict[int, int] = field(default_factory=dict[int, int])
    adc_noise_lsb: int = 0
    clock_noise_us: int = 0  # what a reading of ticks_us may be off
    ring_oscillator_runs: bool = True
    uarts: dict[int, Uart] = field(default_factory=dict[int, Uart])
    wifi: Wifi = field(default_factory=Wifi)
    # Name -> the address and port (0: as asked) that stand in for it. 127.* needs no entry.
    hosts: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    changes: tuple[Change, ...] = ()
    # Where the virtual UTC is shown, in milliseconds: to a collector that keeps the same time.
    clock: Path | None = None
    zero_utc_ms: int = 0  # of the first power-on
    history: Path | None = None  # "ms pin level" lines of what the firmware puts out
    bootsel_pressed: bool = False
    seed: int | None = 1  # of noise and os.urandom; None: the host's randomness
    cut_at_op: int = 0  # the flash operation, counted from the first power-on, that power dies in
    cut_keeps: int = 128  # how much of that operation is done, in 256ths
    stuck_blocks: tuple[int, ...] = ()  # of the flash: they take no erase and no program
    heap_every_ms: int = 0  # how often the heap in use is reported, 0: never
    grace_ms: int = 2_000  # of real time that virtual time stands still for a silent peer
    endurance: int = 0  # erases that a block takes in one life, 0: any number

    def write(self, folder: Path, life: dict[str, object]) -> Path:
        """Write the files that chip.py reads at a power-on into the folder; return the first.

        `life` is what this one begins with: start_ms, flash_ops, reset_cause, scratch.
        """
        changes = folder / "changes.txt"
        with changes.open("w") as file:
            for change in sorted(self.changes):
                if change.what not in (PIN, ADC, WIFI, POWER, BAUD, HOLD):
                    raise ValueError(f"unknown change: {change.what}")
                file.write(f"{change.at_ms} {change.what} {change.which} {change.value}\n")
        description = (
            asdict(self)
            | life
            | {
                "uarts": {number: asdict(self.uarts.get(number, Uart())) for number in (0, 1)},
                "changes": str(changes) if self.changes else None,
            }
        )
        path = folder / "world.json"
        path.write_text(json.dumps(description, default=lambda value: str(Path(value).absolute())))
        return path
