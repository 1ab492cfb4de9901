"""What sealing costs on an RP2040 at 125 MHz, emulated, and on the unix port; vectors there too.

`make emulate-seal UF2=RPI_PICO.uf2`. Without a UF2 the unix port alone is measured. Exits with 1
where a bar is not met or a vector fails.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import largest_orders
import pico
import seal_vectors

from reticent.sim.image import build_image, compile_firmware, compile_module
from reticent.sim.interpreter import micropython_command
from reticent.tagcode import FIRMWARE

ON_TAG = Path(__file__).parent / "on_tag"
LOGIC = Path(__file__).parents[1] / "tests/logic"
KERNEL_TESTS = ("test_seal_field25519", "test_seal_scalar25519")
COST, VECTORS, TIMING = "seal_cost", "seal_vectors", "seal_timing"
FLASH, ORDERS = "flash_steps", "order_steps"
PARTS = (
    "lib/seal/",
    "lib/wire/",
    "lib/store/",
    "lib/tag/",
    "lib/duty/__init__",
    "lib/duty/overlay",
)

Bars = dict[str, tuple[int | None, int | None, int | None]]

# Name -> (most milliseconds, most milliseconds of a step, most bytes of heap); None: no bar.
BARS_PICO: Bars = {
    "x25519": (400, 50, None),
    "x25519_base": (None, 50, None),
    "sign": (None, 50, None),
    "ed25519_base": (None, 50, None),
    "verify": (None, 50, None),
    "batch": (None, 50, None),
    "to_file": (2_000, None, None),  # its longest step is LittleFS's write
}
BARS_ORDERS: Bars = {"order-one": (None, 250, None), "order-ten": (None, 250, None)}
BARS_UNIX: Bars = {"to_file": (None, None, 48 * 1024)}
LEAST_GHASH_RATIO = 50
# Ten secrets, each in a boot of its own, take the same cycles. Two do not: the control, which must
# be seen to differ, and with cache misses what looks bytes up in AES's tables.
SECRETS = [bytes(32), b"\xff" * 32, b"\x01" + bytes(31), bytes(31) + b"\x40", b"\x55" * 32]
SECRETS += [hashlib.sha256(bytes((i,))).digest() for i in range(5)]
CONTROL = "big_product"
MODELS = 2  # of the flash cache
WITH_AES = ("gcm", "batch")


def firmware(march: str, folder: Path) -> dict[str, bytes]:
    """Return the compiled modules and the two scripts, by their paths on the tag."""
    modules = compile_firmware(FIRMWARE, march)
    files = {name: data for name, data in modules.items() if name.startswith(PARTS)}
    scripts = [ON_TAG / f"{script}.py" for script in (COST, VECTORS, TIMING, FLASH, ORDERS)]
    for script in scripts + [LOGIC / f"{test}.py" for test in KERNEL_TESTS]:
        target = folder / "script.mpy"
        compile_module(script, target, script.name, march)
        files[f"{script.stem}.mpy"] = target.read_bytes()
    files["vectors.txt"] = seal_vectors.text().encode()
    orders = largest_orders.orders()
    return files | {f"order-{name}.cbor": data for name, data in orders.items()}


def on_unix(script: str) -> str:
    """Run a script on the unix port, in an empty folder."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path, data in firmware("x64", folder).items():
            target = folder / path.removeprefix("lib/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        code = f"import os; os.chdir({name!r}); import {script}"
        return pico.printed(
            [*micropython_command("64M"), "-c", code], MICROPYPATH=f"{name}:.frozen"
        )


def on_pico(script: str, args: argparse.Namespace, *more: str, by: str = "pico") -> str:
    """Run a script on the emulated Pico: by pico.mjs with both models of the flash cache, or as
    `more` says."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        image = folder / "flash.img"
        build_image(image, pico.BLOCKS, firmware("armv6m", folder))
        return pico.printed(
            ["node", ON_TAG / f"{by}.mjs", args.uf2, pico.BOOTROM, image, script, *more]
        )


def report(printed: str, bars: Bars) -> list[str]:
    """Print the table of costs; return the bars that were missed, or that nothing was held to."""
    missed = []
    seen: set[str] = set()
    for line in printed.splitlines():
        name, *rest = line.split()
        values = [int(value) for value in rest]
        if name == "xip_miss":
            print(f"  flash-cache miss: {values[0]} cycles")
        if len(values) != 4:
            continue
        us, longest_us, steps, heap = values
        seen.add(name)
        print(
            f"    {name:<14}{us / 1000:>10.1f} ms in {steps:>3} steps, the longest "
            f"{longest_us / 1000:>6.1f} ms; {heap:>6} bytes of heap"
        )
        measured = (us / 1000, longest_us / 1000, heap)
        for value, most in zip(measured, bars.get(name, (None, None, None))):
            if most is not None and value > most:
                missed.append(f"{name}: {value} is above {most}")
    return missed + [f"{name}: was not measured" for name in sorted(bars.keys() - seen)]


def ghash_ratio(printed: str) -> int:
    """Return how many times faster the kernel is than a bitwise GHASH in big integers."""
    figures = {line.split()[0]: int(line.split()[1]) for line in printed.splitlines()}
    return figures["ghash_bitwise"] // max(figures["ghash"], 1)


def spread(printed: str) -> list[str]:
    """Print how far secrets are apart in cycles; return what should not be, or the control."""
    wrong = []
    miss = seen = 0
    for line in printed.splitlines():
        name, *rest = line.split()
        if name == "xip_miss":
            miss = int(rest[0])
            print(f"  flash-cache miss: {miss} cycles; over {len(SECRETS)} secrets")
        if name != "timing":
            continue
        cycles = [int(value) for value in rest[1:]]
        seen += rest[0] == CONTROL and len(cycles) == len(SECRETS)
        differ = max(cycles) - min(cycles)
        print(f"    {rest[0]:<14}{min(cycles):>12,} cycles, {differ:>6,} apart")
        if miss and rest[0] in WITH_AES:
            continue
        if bool(differ) != (rest[0] == CONTROL):
            wrong.append(f"{rest[0]}: its secrets' times are {differ} cycles apart")
    if seen != MODELS:
        wrong.append(f"{CONTROL}: the control was measured {seen} times, not {MODELS}")
    return wrong


def flash_steps(printed: str) -> list[str]:
    """Print the longest steps of writes; return those longer than any one call of LittleFS."""
    wrong: list[str] = []
    for run_of in printed.split("xip_miss")[1:]:
        miss, *lines = run_of.split("\n")
        longest = {name: int(us) for name, us in (line.split() for line in lines if line)}
        alone = max(us for name, us in longest.items() if name.startswith("lfs_"))
        print(f"  flash-cache miss: {miss.strip()} cycles; longest steps of a write")
        for name, us in longest.items():
            print(f"    {name:<16}{us / 1000:>8.1f} ms")
            if us > alone:
                wrong.append(f"{name}: a step of {us} us, a call of LittleFS takes {alone}")
    return wrong


def vectors(printed: str) -> list[str]:
    """Print how many there were of each kind, and of each published set; return what failed."""
    lines = [line.split() for line in printed.splitlines()]
    for what, *rest in lines:
        if what in ("kernels", "vectors"):
            print(f"    {rest[0]:<26}{rest[1]:>5}")
    count = sum(int(rest[1]) for what, *rest in lines if what == "vectors")
    failed = [line for line in printed.splitlines() if line.startswith("failed")]
    print(f"    {count} vectors, {len(failed)} failed: {seal_vectors.taken()}")
    if count != seal_vectors.text().count("\n"):
        failed.append(f"vectors: {count} of {seal_vectors.text().count(chr(10))} were looked at")
    return failed


def main() -> None:
    """Print the tables, then what was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uf2", type=Path, required=True)
    args = parser.parse_args()
    print("unix port:")
    printed = on_unix(COST)
    missed = report(printed, BARS_UNIX)
    ratio = ghash_ratio(printed)
    print(f"    GHASH: {ratio} times as fast as bit by bit in big integers")
    if ratio < LEAST_GHASH_RATIO:
        missed.append(f"GHASH: {ratio} is below {LEAST_GHASH_RATIO}")
    missed += vectors(on_unix(VECTORS))
    try:
        pico.require_all(args.uf2)
    except SystemExit:
        if missed:  # or what is missing here would hide it
            sys.exit("\n".join(missed))
        raise
    print("emulated RP2040 at 125 MHz:")
    missed += report(on_pico(COST, args), BARS_PICO)
    missed += report(on_pico(ORDERS, args, "42"), BARS_ORDERS)
    missed += flash_steps(on_pico(FLASH, args))
    missed += spread(on_pico(TIMING, args, *(one.hex() for one in SECRETS), by="timing"))
    missed += vectors(on_pico(VECTORS, args, "0"))
    sys.exit("\n".join(missed) or 0)


if __name__ == "__main__":
    main()
