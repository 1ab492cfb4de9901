"""Writes tests/vectors/*.json and the worked example in docs/FORMAT.md: `make vectors`.

Everything is made from fixed seeds by the tag's own code; who reads them, and shares no code with
it, is third_reader.py. Without --write nothing is changed, and the exit status says whether all is
current.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "support" / "cpython")]
FOLDER = ROOT / "tests" / "vectors"
DOCUMENT = ROOT / "docs" / "FORMAT.md"

import format_appendices
import vectors_answers
import vectors_batches
import vectors_cbor
import vectors_cells
import vectors_envelopes
import vectors_locates
import vectors_policies

MAKERS = {
    "cbor": vectors_cbor.make,
    "records": vectors_batches.make_records,
    "batches": vectors_batches.make_batches,
    "answers": vectors_answers.make_answers,
    "envelopes": vectors_envelopes.make,
    "policies": vectors_policies.make,
    "locates": vectors_locates.make,
    "cells": vectors_cells.make,
    "personalisations": vectors_answers.make_personalisations,
}


def text_of(content: dict) -> str:
    """Return a file's text: a case a line, so that a change shows where it is."""
    head = {key: value for key, value in content.items() if key != "cases"}
    lines = [json.dumps(case, ensure_ascii=False) for case in content["cases"]]
    body = json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n  '
    return body + ",\n  ".join(lines) + "\n ]\n}\n"


def made() -> dict[Path, str]:
    """Return every file's path and the text that it must have."""
    files = {name: make() for name, make in MAKERS.items()}
    texts = {FOLDER / f"{name}.json": text_of(content) for name, content in files.items()}
    parts = [format_appendices.example(files["envelopes"]), format_appendices.table(files)]
    texts[DOCUMENT] = format_appendices.with_parts(DOCUMENT.read_text(), parts)
    return texts


def main() -> int:
    """Write the files, or compare them."""
    stale = {
        path: text
        for path, text in made().items()
        if not path.is_file() or path.read_text() != text
    }
    if "--write" not in sys.argv:
        print("\n".join(f"{path.relative_to(ROOT)}: not current" for path in stale))
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for path, text in stale.items():
        path.write_text(text)
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
