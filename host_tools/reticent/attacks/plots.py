"""The figures as plots, PNG: what each attacker reaches against the bar, and other tags beside."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from reticent.attacks.figures import Figure
from reticent.errors import BadInput

_HELD, _BROKEN, _PLAIN = "#2a6f97", "#c1121f", "#8d99ae"


def require_plots() -> None:
    """Raise BadInput where matplotlib is not installed: before an hour's work, not after."""
    if importlib.util.find_spec("matplotlib") is None:
        raise BadInput("--out draws plots with matplotlib; run pip install 'reticent[attacks]'")


def write_plots(folder: Path, figures: list[Figure]) -> list[Path]:
    """Write a plot for each requirement's attack, and return the files."""
    groups: dict[str, list[Figure]] = {}
    kinds: dict[str, str] = {}
    for figure in figures:
        for kind in ("median error", "within 0.1", "upper 95 %", "right", "alone"):
            if kind in figure.what:
                title = f"{figure.requirement} {figure.attack}, {kind}".lstrip("- ")
                groups.setdefault(title, []).append(figure)
                kinds[title] = kind
    return [_plot(folder, title, kinds[title], rows) for title, rows in groups.items()]


def _plot(folder: Path, title: str, kind: str, rows: list[Figure]) -> Path:
    """Draw a figure a line, with a mark where its bar is."""
    from matplotlib.figure import Figure as Sheet

    sheet = Sheet(figsize=(9, 1.2 + 0.3 * len(rows)), layout="constrained")
    axes = sheet.subplots()
    for place, row in enumerate(rows):
        colour = {"held": _HELD, "broken": _BROKEN}.get(row.verdict or "", _PLAIN)
        axes.barh(place, row.value, color=colour, height=0.7)
        if row.bar is not None:
            axes.plot([row.bar, row.bar], [place - 0.45, place + 0.45], color="black")
    labels = [f"{row.on}: {row.what.replace(kind, '').strip(' :')}".strip(": ") for row in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=7)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    has_bar = any(row.bar is not None for row in rows)
    axes.set_title(title + (" (black: the bar)" if has_bar else ""), fontsize=9, loc="left")
    axes.set_xlabel("cells" if rows[0].unit == "cell" else rows[0].unit or "AUC", fontsize=8)
    name = "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    path = folder / f"{name}.png"
    sheet.savefig(path, dpi=110)
    return path
