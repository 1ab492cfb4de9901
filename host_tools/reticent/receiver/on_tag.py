"""Runs on MicroPython: a raw log through the firmware's parser, one line of integers a fix.

usage: micropython on_tag.py FIRMWARE LOG

`-` stands for what was not said. The last line begins with `=`: sentences, refused, epochs.
"""

import sys


def _line(values: list[int | None]) -> str:
    return " ".join("-" if value is None else str(value) for value in values) + "\n"


def main() -> None:
    """Read the log in pieces, as a UART gives them."""
    sys.path.insert(0, sys.argv[1])
    from tag import gnss  # its folder is an argument

    def report(fixes: list[gnss.Fix]) -> None:
        for fix in fixes:
            values = [fix.utc_s, fix.utc_ms, fix.lat_udeg, fix.lon_udeg, fix.alt_mm]
            values += [fix.speed_cm_s, fix.course_cdeg, fix.hdop_x100, fix.sats_used, fix.mode]
            values.append(int(fix.is_doubtful))
            sys.stdout.write(_line(values))

    epochs = gnss.Epochs(0, 1)
    with open(sys.argv[2], "rb") as log:  # noqa: PTH123 - MicroPython has no pathlib
        while True:
            piece = log.read(2048)
            if not piece:
                break
            report(epochs.feed(piece, len(piece)))
    report(epochs.feed(b"", 0))
    sys.stdout.write("= " + _line([epochs.sentences, epochs.refused, epochs.epochs]))


main()
