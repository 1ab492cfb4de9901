"""Writing files whole: a reader, or a power cut, sees all of a file or none of it."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from reticent.errors import BadInput, WontOverwrite

PRIVATE, PUBLIC = 0o600, 0o644


def make_private_folder(folder: Path) -> None:
    """Make the folder, for this account's eyes only; one that others can enter is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        raise BadInput(f"{folder}: others can enter this folder; run chmod 700 on it first")


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file that does not exist yet; WontOverwrite where it does."""
    temporary = _write_temporary(path, data, mode)
    try:
        os.link(temporary, path)  # unlike a rename, it never replaces
    except FileExistsError:
        raise WontOverwrite(f"{path} exists; move it away or choose another place") from None
    finally:
        temporary.unlink()
    sync_folder(path.parent)


def write_whole(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write or replace a file in one step."""
    temporary = _write_temporary(path, data, mode)
    try:
        temporary.replace(path)
    except OSError as error:
        temporary.unlink()
        raise BadInput(f"{path}: {error.strerror or error}") from None
    sync_folder(path.parent)


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes; BadInput where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None


def read_text(path: Path) -> str:
    """Return the file's text; BadInput where it cannot be read or is not UTF-8."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not UTF-8 text; save it as UTF-8") from None


def _write_temporary(path: Path, data: bytes, mode: int) -> Path:
    temporary = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    return temporary


def sync_folder(folder: Path) -> None:
    """Have on the disk which files the folder has."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
