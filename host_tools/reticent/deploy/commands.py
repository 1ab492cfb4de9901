"""`reticent firmware`."""

from __future__ import annotations

import shutil
from pathlib import Path

from reticent.console import tell
from reticent.deploy.build import MARCH, build
from reticent.errors import WontOverwrite
from reticent.files import PUBLIC, make_folder, write_all_new
from reticent.sim.tag import firmware_sources, read_board


def firmware(folder: Path, *, board: str, json: bool = False) -> None:
    """Write the firmware as a board runs it, to be copied to the board's flash with mpremote.

    Parameters
    ----------
    folder
        Where to make flash/, which is to be copied, and names.json, the map from what a traceback
        says back to the source; the folder has to be new or empty.
    board
        One of the boards in boards/: pico or pico_w. Their wiring and data stand there.
    json
        Print JSON.
    """
    sources = firmware_sources(read_board(board))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WontOverwrite(f"{folder} is not an empty folder; choose another place")
    made = build(sources, MARCH, traces=False)
    files = {folder / "flash" / name: (data, PUBLIC) for name, data in made.files.items()}
    files[folder / "names.json"] = made.small.map().encode(), PUBLIC
    try:
        for parent in {path.parent for path in files}:
            make_folder(parent)
        write_all_new(files)
    except BaseException:  # a full disk, Ctrl-C: the folder can be taken again
        shutil.rmtree(folder / "flash", ignore_errors=True)
        raise
    count, size = len(made.files), sum(map(len, made.files.values()))
    tell(
        f"{folder}/flash: {count} files, {size} bytes; next: mpremote cp -r {folder}/flash/* :",
        {"folder": str(folder), "files": count, "bytes": size},
        as_json=json,
    )
