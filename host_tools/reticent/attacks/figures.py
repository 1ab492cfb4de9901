"""Figures: what an attack reached, and the bar that it must not pass."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

LEAST, MOST = ">=", "<="

# How many draws (windows, crossings) a verdict needs: with fewer, chance alone breaks a bar.
NEEDED: dict[str | tuple[str, str], int] = {
    "R12": 2_000,
    ("R12", "crossing"): 500,
    ("R12", "home: its errands"): 500,
    "R14": 1_000,
    "R20": 2_000,
    "other": 100,
}


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
    def verdict(self) -> str | None:
        """Return held, broken or few (draws); None without a bar."""
        if self.bar is None:
            return None
        held = self.value >= self.bar if self.side == LEAST else self.value <= self.bar
        if self.draws < NEEDED.get(
            (self.requirement, self.attack), NEEDED.get(self.requirement, 0)
        ):
            return "few"
        return "held" if held else "broken"

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
            "verdict": self.verdict,
            "draws": self.draws,
        }


def tables_of(figures: list[Figure]) -> list[Table]:
    """Return a table for each requirement's attack, of 80 columns at most."""
    groups: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        groups.setdefault((figure.requirement, figure.attack), []).append(figure)
    return [_table(f"{name}  {attack}", rows) for (name, attack), rows in groups.items()]


def _table(title: str, rows: list[Figure]) -> Table:
    table = Table(title=title, title_justify="left", pad_edge=False, box=None)
    table.add_column("on", overflow="fold", width=26)
    table.add_column("what", overflow="fold")
    for name in ("figure", "bar"):
        table.add_column(name, justify="right", no_wrap=True, width=11)
    table.add_column("", no_wrap=True, width=6)
    for row in rows:
        bar = "" if row.bar is None else f"{row.side} {_words(row.bar, row.unit)}"
        value = _words(row.value, row.unit)
        table.add_row(row.on, row.what, value, bar, row.verdict or "")
    return table


def _words(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:.3f}" if value < 100 else f"{value:,.0f}"
