"""`reticent personalise` and `reticent register`."""

from __future__ import annotations

import os
from pathlib import Path

from reticent.bench.personalise import LEAST_PART_BYTES, mix_seed, read_part, secret_files
from reticent.bench.registration import register as write_registration
from reticent.bench.tag_file import read_tag_file
from reticent.console import counted, tell
from reticent.errors import BadInput
from reticent.files import PRIVATE, make_private_folder, read_bytes, read_text, write_all_new
from reticent.tagcode import FormatError
from reticent.tagcode import config as wire_config

_ACK_KEY_BYTES = 32


def personalise(
    folder: Path,
    *,
    part: list[Path] | None = None,
    config: Path | None = None,
    json: bool = False,
) -> None:
    """Make a tag's first secrets, to be copied to its empty flash once, and then destroyed here.

    Parameters
    ----------
    folder
        Where to make secrets/a and secrets/b; nothing in it is overwritten.
    config
        A TOML of the tag's issuer, receiver, collector and network: makes config, too, with a
        new key for its acks (boards/README.md).
    part
        A file of at least 64 hex digits from a party that has a say in the seed; one party or
        two. Without one this machine draws the seed.
    json
        Print JSON.
    """
    parts = [_read_part(path) for path in part or ()] or [os.urandom(LEAST_PART_BYTES)]
    files = secret_files(mix_seed(parts))
    if config is not None:
        files["config"] = read_tag_file(config, os.urandom(_ACK_KEY_BYTES)).encode()
    make_private_folder(folder)
    make_private_folder(folder / "secrets")
    write_all_new({folder / name: (data, PRIVATE) for name, data in files.items()})
    made = " ".join(f"{folder}/{name}" for name in sorted({name.split("/")[0] for name in files}))
    tell(
        f"a seed of {counted(len(parts), 'part')}; next: mpremote cp -r {made} :\n"
        f"then delete {folder}/secrets here: who has it opens what the tag seals",
        {"folder": str(folder), "parts": len(parts)},
        as_json=json,
    )


def register(folder: Path, *, tags: Path, json: bool = False) -> None:
    """Register a tag at the collector, once it has booted and made its identity.

    Parameters
    ----------
    folder
        The folder of `reticent personalise --config`, with the tag's identity.pub beside config:
        mpremote cp :identity.pub FOLDER/
    tags
        The collector's folder of registered tags.
    json
        Print JSON.
    """
    try:
        ack_key = wire_config.decode(read_bytes(folder / "config")).ack_key
    except FormatError:
        raise BadInput(f"{folder}/config: not what personalise --config wrote") from None
    path = write_registration(tags, read_bytes(folder / "identity.pub"), ack_key)
    tell(
        f"{path.stem} is registered; delete {folder} now: config has the key of its acks",
        {"tag": path.stem, "file": str(path)},
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
