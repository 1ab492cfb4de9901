"""Figures: what an attack reached, and the bar that it must not pass."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

LEAST, MOST = ">=", "<="


@dataclass(frozen=True)
class Figure:
    """One figure; without a bar it is published only. `on` says on what it was measured."""

    requirement: str
    attack: str
    on: str
    what: str
    value: float
    unit: str
    bar: float | None = None
    side: str = LEAST
    draws: int = 0

    @property
    def is_held(self) -> bool:
        """Whether the bar is kept; without one it always is."""
        if self.bar is None:
            return True
        return self.value >= self.bar if self.side == LEAST else self.value <= self.bar

    def fields(self) -> dict[str, object]:
        """Return the figure as JSON has it."""
        return {
            "requirement": self.requirement,
            "attack": self.attack,
            "on": self.on,
            "what": self.what,
            "value": round(self.value, 5),
            "unit": self.unit,
            "bar": None if self.bar is None else f"{self.side} {self.bar:g}",
            "held": None if self.bar is None else self.is_held,
            "draws": self.draws,
        }


def table_of(figures: list[Figure], title: str) -> Table:
    """Return the figures as a table of 80 columns at most."""
    table = Table(title=title, title_justify="left", pad_edge=False)
    for name in ("R", "attack", "on", "what"):
        table.add_column(name, overflow="fold")
    table.add_column("figure", justify="right", no_wrap=True)
    table.add_column("bar", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for figure in figures:
        bar = "" if figure.bar is None else f"{figure.side} {_words(figure.bar, figure.unit)}"
        verdict = "" if figure.bar is None else "held" if figure.is_held else "BROKEN"
        value = _words(figure.value, figure.unit)
        row = (figure.requirement, figure.attack, figure.on, figure.what, value, bar, verdict)
        table.add_row(*row)
    return table


def _words(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:.3f}" if unit in ("cell", "") else f"{value:,.0f} {unit}"
