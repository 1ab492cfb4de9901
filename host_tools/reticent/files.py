"""Writing files whole: a reader, or a power cut, sees all of a file or none of it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex

from reticent.errors import BadInput, WontOverwrite

PRIVATE, PUBLIC = 0o600, 0o644


_WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EMLINK)


def make_folder(folder: Path, mode: int = 0o755) -> None:
    """Make the folder where it is not there; BadInput where it cannot be."""
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise BadInput(f"{folder}: a file is in the way; choose another folder") from None


def make_private_folder(folder: Path) -> None:
    """Make the folder, for this account's eyes only; one that others can enter is refused."""
    make_folder(folder, 0o700)
    if folder.stat().st_mode & 0o077:
        raise BadInput(f"{folder}: others can enter this folder; run chmod 700 on it first")


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file that does not exist yet; WontOverwrite where it does."""
    temporary = _write_temporary(path, data, mode)
    try:
        _name(temporary, path)
    except FileExistsError:
        raise WontOverwrite(f"{path} exists; move it away or choose another place") from None
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_all_new(files: Mapping[Path, tuple[bytes, int]]) -> None:
    """Write files, each (bytes, mode), that do not exist yet: all, or none where one cannot be."""
    written: list[Path] = []
    try:
        for path, (data, mode) in files.items():
            write_new(path, data, mode)
            written.append(path)
    except BaseException:
        for path in written:
            path.unlink()
        raise


def write_whole(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write or replace a file in one step; what is no file, as /dev/stdout, is written to."""
    if _is_device(path):
        try:
            path.write_bytes(data)
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror or error}") from None
        return
    temporary = _write_temporary(path, data, mode)
    try:
        temporary.replace(path)
    except OSError as error:
        temporary.unlink()
        raise BadInput(f"{path}: {error.strerror or error}") from None
    sync_folder(path.parent)


def check_writable(path: Path) -> None:
    """Raise BadInput where `write_whole` could not write: before what is to be written is made."""
    if not _is_device(path):
        if path.is_dir():
            raise BadInput(f"{path}: is a folder; name a file")
        _write_temporary(path, b"", PRIVATE).unlink()


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
    if not path.name:  # "." and "/"
        raise BadInput(f"{path}: is a folder; name a file")
    temporary = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except BaseException:  # a full disk, Ctrl-C: no part of it stays
            temporary.unlink()
            raise
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    return temporary


def _name(temporary: Path, path: Path) -> None:
    """Give a file its name; FileExistsError where another has it."""
    try:
        os.link(temporary, path)  # unlike a rename, it never replaces
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        path.open("xb").close()  # FAT, on a stick: the name is taken first, then replaced
        temporary.replace(path)


def _is_device(path: Path) -> bool:
    """Return whether what is there is neither a file nor a folder."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def sync_folder(folder: Path) -> None:
    """Have on the disk which files the folder has."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
