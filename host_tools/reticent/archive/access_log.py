"""The access log: one file a tag, one JSON line an opening, each with the SHA-256 of the last.

An opening is on the disk before anybody sees what was opened. A changed, removed or reordered line
breaks the chain; that lines were cut off at the end shows against the head, which acks carry to
the tag and the tag signs into its next envelope.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reticent.clock import format_utc
from reticent.errors import BadInput, Finding
from reticent.files import make_private_folder, read_bytes, sync_folder
from reticent.tagcode import envelope

_NO_HEAD = envelope.ZERO_HASH


@dataclass(frozen=True)
class Opening:
    """Who opens which envelopes of one tag, in which role, why, and for which case."""

    tag: bytes
    person: str
    role: str
    reason: str
    case: str
    numbers: list[int]

    def check(self) -> None:
        """Raise BadInput where it does not say who, why and for which case."""
        for name in ("person", "reason", "case"):
            if not getattr(self, name).strip():
                raise BadInput(f"no {name}: an opening needs one, the wearer can read it")


class AccessLog:
    """The logs of all tags in one folder, readable for this account alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, opening: Opening, utc_s: int) -> bytes:
        """Log an opening, have it on the disk, and return the log's new head."""
        opening.check()
        make_private_folder(self._folder)
        descriptor = os.open(self._path(opening.tag), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # two openings at once must not share a predecessor
            head = _verified_head(self._path(opening.tag), file.read())
            line = _line(opening, utc_s, head)
            try:
                _append(file, line + b"\n")
            except OSError as error:
                where = self._path(opening.tag)
                raise BadInput(f"{where}: {error.strerror}; it is not logged, nor done") from None
        if head == _NO_HEAD:
            sync_folder(self._folder)  # the file is new
        return hashlib.sha256(line).digest()

    def head(self, tag: bytes) -> bytes:
        """Return the head of the tag's log, zeros before the first opening; Finding if broken."""
        path = self._path(tag)
        return _verified_head(path, read_bytes(path)) if path.exists() else _NO_HEAD

    def entries(self, tag: bytes) -> list[dict[str, object]]:
        """Return the tag's openings in order, the chain checked; Finding if broken."""
        path = self._path(tag)
        data = read_bytes(path) if path.exists() else b""
        _verified_head(path, data)
        return [json.loads(line) for line in data.splitlines()]

    def heads(self, tag: bytes) -> list[bytes]:
        """Return every head that the tag's log has had, zeros first; Finding if broken."""
        path = self._path(tag)
        data = read_bytes(path) if path.exists() else b""
        _verified_head(path, data)
        return [_NO_HEAD, *(hashlib.sha256(line).digest() for line in data.splitlines())]

    def _path(self, tag: bytes) -> Path:
        return self._folder / f"{tag.hex()}.jsonl"


def _append(file: BinaryIO, line: bytes) -> None:
    """Put a line at the end and have it on the disk: all of it, or nothing on a full disk."""
    size = os.fstat(file.fileno()).st_size
    try:
        while line:  # unbuffered: what is left of it must not be tried again when the file closes
            line = line[os.write(file.fileno(), line) :]
        os.fsync(file.fileno())
    except BaseException:
        os.ftruncate(file.fileno(), size)
        raise


def account() -> str:
    """Return the name of this process's account: unlike $USER, nobody can choose it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _line(opening: Opening, utc_s: int, previous: bytes) -> bytes:
    entry = {
        "time": format_utc(utc_s),
        "tag": opening.tag.hex(),
        "person": opening.person,
        "account": account(),
        "role": opening.role,
        "reason": opening.reason,
        "case": opening.case,
        "envelopes": opening.numbers,
        "previous": previous.hex(),
    }
    return json.dumps(entry, ensure_ascii=False).encode()


def _verified_head(path: Path, data: bytes) -> bytes:
    head = _NO_HEAD
    for number, line in enumerate(data.splitlines(), 1):
        if _previous(line) != head.hex():
            raise Finding(f"{path}:{number}: the access log's chain is broken here; keep the file")
        head = hashlib.sha256(line).digest()
    if data and not data.endswith(b"\n"):
        raise Finding(f"{path}: the last entry is not whole; keep the file")
    return head


def _previous(line: bytes) -> object:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry.get("previous") if isinstance(entry, dict) else None
