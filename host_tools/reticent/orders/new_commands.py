"""`reticent order new`: flags where they are given, questions on a terminal for the rest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.prompt import Confirm, Prompt

from reticent.console import tell
from reticent.errors import BadInput
from reticent.files import read_text
from reticent.orders.draft import (
    ORDER,
    ZONES,
    Draft,
    circle,
    parse_circle,
    refuse_existing,
    write_order,
    zones_text,
)
from reticent.orders.order import LEVELS
from reticent.orders.zones import KINDS
from reticent.whole import Whole

_QUESTIONS = {
    "reference": "The order's reference",
    "from": "In force from (UTC, such as 2026-11-23)",
    "until": "Until (at most 92 days later)",
    "review": "To be reviewed by",
    "level": "Level: what the tag may say",
    "controller": "The controller: who is responsible, with address",
    "lawful-basis": "The lawful basis: which law, which decision",
    "purpose": "The purpose",
    "alternatives": "Which milder means were considered, and why they will not do",
    "justification": "Why this level is needed",
}

Feature = dict[str, object]


def new(
    folder: Path,
    *,
    reference: str | None = None,
    version: Whole = 1,
    tag: str | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    until: str | None = None,
    review: str | None = None,
    level: str | None = None,
    controller: str | None = None,
    lawful_basis: str | None = None,
    purpose: list[str] | None = None,
    alternatives: str | None = None,
    justification: str | None = None,
    zones: Path | None = None,
    circle_: Annotated[list[str] | None, Parameter(name="--circle")] = None,
    json: bool = False,
) -> None:
    """Write a new order, order.toml and zones.geojson: asked for on a terminal, or from flags.

    Nothing is overwritten, and what is written passes `reticent order check`.

    Parameters
    ----------
    folder
        Where the two files go.
    reference
        The order's reference.
    version
        Counts up with each renewal or change.
    tag
        The tag's id, where the order is for no other (16 hex digits).
    from_
        In force from (ISO 8601, UTC).
    until
        Until; at most 92 days later.
    review
        To be reviewed by.
    level
        presence, breach or coarse.
    controller
        Who is responsible, with address.
    lawful_basis
        Which law, which decision.
    purpose
        A purpose; may be given again.
    alternatives
        Which milder means were considered, and why they will not do.
    justification
        Why this level is needed.
    zones
        A GeoJSON file with the zones; it is copied.
    circle_
        A zone, besides those: KIND LAT,LON RADIUS_M NAME[: JUSTIFICATION]; may be given again.
    json
        Print JSON.
    """
    refuse_existing(folder)
    given = {
        "reference": reference,
        "from": from_,
        "until": until,
        "review": review,
        "level": level,
        "controller": controller,
        "lawful-basis": lawful_basis,
        "purpose": "\n".join(purpose or []) or None,
        "alternatives": alternatives,
        "justification": justification,
    }
    answers = _complete(given)
    features = [parse_circle(text) for text in circle_ or []]
    geojson = _zones(zones, features)
    write_order(folder, _draft(answers, version, tag).toml(), geojson)
    tell(
        f"{folder / ORDER}: written with its zones; see what it means: reticent order check",
        {"file": str(folder / ORDER), "zones": str(folder / ZONES), "version": version},
        as_json=json,
    )


def _complete(given: dict[str, str | None]) -> dict[str, str]:
    """Return every answer: those given, and on a terminal the others; else BadInput."""
    missing = [name for name, answer in given.items() if answer is None]
    if missing and not sys.stdin.isatty():
        flags = ", ".join(f"--{name}" for name in missing)
        raise BadInput(f"missing: {flags}; give them, or run it on a terminal")
    return {
        name: _ask(_QUESTIONS[name], list(LEVELS) if name == "level" else None)
        if answer is None
        else answer
        for name, answer in given.items()
    }


def _ask(question: str, choices: list[str] | None = None) -> str:
    """Return a person's answer, not empty."""
    while True:
        try:
            answer = Prompt.ask(question, console=Console(stderr=True), choices=choices)
        except EOFError:
            raise BadInput("the answers ended early; nothing was written") from None
        if answer and answer.strip():
            return answer.strip()


def _zones(path: Path | None, features: list[Feature]) -> str:
    """Return the GeoJSON text: of the file, of the circles, or of a person's answers."""
    if path is not None and features:
        raise BadInput("--zones and --circle: give one of them; add the circle to the file")
    if path is not None:
        return read_text(path)
    if not features and sys.stdin.isatty():
        features = _ask_zones()
    return zones_text(features)


def _ask_zones() -> list[Feature]:
    features: list[Feature] = []
    console = Console(stderr=True)
    while Confirm.ask("Add a zone, a circle?", console=console, default=not features):
        kind, name = _ask("Kind", list(KINDS)), _ask("Its name")
        lat, lon = _ask("Latitude in degrees"), _ask("Longitude in degrees")
        radius_m = _ask("Radius in metres")
        why = _ask("Why it is needed; the notice prints it") if kind == "exclusion" else ""
        features.append(circle(kind, lat, lon, radius_m, (name, why)))
    return features


def _draft(answers: dict[str, str], version: int, tag: str | None) -> Draft:
    return Draft(
        reference=answers["reference"],
        version=version,
        not_before=answers["from"],
        not_after=answers["until"],
        review_by=answers["review"],
        level=answers["level"],
        controller=answers["controller"],
        lawful_basis=answers["lawful-basis"],
        purposes=tuple(answers["purpose"].split("\n")),
        alternatives=answers["alternatives"],
        justification=answers["justification"],
        tag=tag,
    )
