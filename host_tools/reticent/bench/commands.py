"""`reticent personalise`."""

from __future__ import annotations

import os
from pathlib import Path

from reticent.bench.personalise import LEAST_PART_BYTES, mix_seed, read_part, secret_files
from reticent.console import tell
from reticent.errors import BadInput
from reticent.files import PRIVATE, make_private_folder, read_text, write_new


def personalise(folder: Path, *, part: list[Path] | None = None, json: bool = False) -> None:
    """Make a tag's first secrets, to be copied to its empty flash once, and then destroyed here.

    Parameters
    ----------
    folder
        Where to make secrets/a and secrets/b; nothing in it is overwritten.
    part
        A file of at least 64 hex digits from a party that has a say in the seed; one party or
        two. Without one this machine draws the seed.
    json
        Print JSON.
    """
    parts = [_read_part(path) for path in part or ()] or [os.urandom(LEAST_PART_BYTES)]
    files = secret_files(mix_seed(parts))
    make_private_folder(folder)
    make_private_folder(folder / "secrets")
    for name, data in files.items():
        write_new(folder / name, data, PRIVATE)
    tell(
        f"{folder}/secrets: the seed of {len(parts)}; "
        "copy it to the tag's root with mpremote, then delete it here",
        {"folder": str(folder), "parts": len(parts)},
        as_json=json,
    )


def _read_part(path: Path) -> bytes:
    text = read_text(path)
    try:
        part = read_part(text)
    except BadInput as fault:
        raise BadInput(f"{path}: {fault}") from None
    if len(part) < LEAST_PART_BYTES:
        raise BadInput(f"{path}: {len(part)} bytes; a part has {LEAST_PART_BYTES} or more")
    return part
