"""The report as one HTML page: no script, no outside request, printable, readable on a phone."""

from __future__ import annotations

from html import escape

from reticent.archive.report import Day, Report
from reticent.archive.report_map import Frame, minute_map, told_map
from reticent.clock import format_utc

_STYLE = """
:root { color-scheme: light; --ink: #1c2430; --soft: #5b6675; --line: #d5dae1; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff;
  max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; }
dt, dd { margin: .15rem 0; }
.soft, dt, caption, figcaption { color: var(--soft); }
dl { display: grid; grid-template-columns: minmax(7rem, 14rem) 1fr; gap: 0 1rem; margin: .5rem 0; }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1rem; }
figure { margin: 0; break-inside: avoid; }
svg { width: 100%; height: auto; border: 1px solid var(--line); display: block; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; line-height: 1.3;
  font-variant-numeric: tabular-nums; }
td { white-space: nowrap; }
th, td { padding: .3rem .4rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
.wide { overflow-x: auto; }
li { margin: .3rem 0; }
.ground { fill: #f6f7f9; }
.way { fill: none; stroke: #b4232a; stroke-width: .8; opacity: .5; }
.minute { fill: #b4232a; }
.meaning { fill: #2a5db0; opacity: .10; }
.cell { fill: none; stroke: #2a5db0; stroke-width: 1; stroke-dasharray: 3 3; }
.count { font: 11px sans-serif; fill: #2a5db0; text-anchor: middle; dominant-baseline: middle; }
.precise { fill: #b4232a; }
.zone { fill-opacity: .10; stroke-width: 1.4; }
.exclusion { fill: #b4232a; stroke: #b4232a; }
.inclusion { fill: #b07b12; stroke: #b07b12; }
.dwelling { fill: #1d7a46; stroke: #1d7a46; }
path.scale { stroke: var(--ink); stroke-width: 2; }
text.scale { font: 11px sans-serif; fill: var(--ink); }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .3em; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
@media print { body { font-size: 10pt; padding: 0; } h2 { break-after: avoid; } }
@page { size: A4; margin: 15mm; }
"""


def page(report: Report) -> str:
    """Return the whole page's HTML."""
    title = f"Tag {report.tag.hex()}: what was told"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{_span(report)}"
        f"{_order(report)}{_maps(report)}{_days(report.days)}{_withheld(report)}"
        "</body></html>\n"
    )


def _span(report: Report) -> str:
    if not report.rows:
        return "<p>Nothing was told.</p>"
    first = min(row.utc_s for row in report.rows)
    last = max(row.until_s for row in report.rows)
    return f'<p class="soft">{format_utc(first)} to {format_utc(last)}; all times are UTC.</p>'


def _order(report: Report) -> str:
    order = report.order
    facts = (
        ("Order", f"{order.reference}, version {order.version}"),
        ("In force", f"{format_utc(order.not_before)} to {format_utc(order.not_after)}"),
        ("Controller", report.statement["controller"]),
        ("Lawful basis", report.statement["lawful_basis"]),
        ("Level", f"{report.level}: {report.statement['justification']}"),
        ("Cells", f"{order.cell_m} m, one report in {order.slot_s // 60} minutes"),
    )
    items = "".join(f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in facts)
    return f"<h2>The order</h2><dl>{items}</dl>"


def _maps(report: Report) -> str:
    frame = Frame.around(report)
    figures: list[str] = []
    if report.minutes:
        figures.append(
            f"<figure>{minute_map(report, frame)}<figcaption>A minute-by-minute tag would have "
            f"told {len(report.minutes):,} positions.</figcaption></figure>"
        )
    figures.append(
        f"<figure>{told_map(report, frame)}<figcaption>This tag told {len(report.cells):,} cells "
        f"and {report.count('PRECISE'):,} positions, {_where(report)}. A dashed cell "
        "means: somewhere in the shaded area, which reaches half a cell beyond it. "
        "The number says how many reports named the cell.</figcaption></figure>"
    )
    keys = (("exclusion", "exclusion zone"), ("dwelling", "dwelling"), ("inclusion", "inclusion"))
    colours = {"exclusion": "#b4232a", "dwelling": "#1d7a46", "inclusion": "#b07b12"}
    legend = " ".join(
        f'<span><span class="key" style="background:{colours[kind]}"></span>{words}</span>'
        for kind, words in keys
    )
    maps = f'<div class="maps">{"".join(figures)}</div>'
    return f'<h2>The same days, told twice</h2>{maps}<p class="soft">{legend}</p>'


def _where(report: Report) -> str:
    strays = report.strays()
    if strays == 0:
        return "all of these inside an exclusion zone"
    return f"{strays:,} of these outside every exclusion zone, which the order forbids"


def _days(days: list[Day]) -> str:
    kinds = ("COARSE", "PRECISE", "CROSSING", "PRESENT")
    head = "".join(
        f"<th>{name}</th>"
        for name in (
            "day", "cells or no fix", "positions", "crossings", "presences", "envelopes", "bytes",
            "by the minute: positions", "bytes",
        )
    )  # fmt: skip
    body = "".join(
        f"<tr><td>{day.date}</td>"
        + "".join(f"<td>{day.records[kind]:,}</td>" for kind in kinds)
        + f"<td>{day.envelopes:,}</td><td>{day.size:,}</td>"
        + f"<td>{day.minutes:,}</td><td>{day.minutes_size:,}</td></tr>"
        for day in days
    )
    return (
        '<h2>Records and bytes a day</h2><div class="wide"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        '<p class="soft">Bytes are those of whole envelopes, padded, sealed and signed; a '
        "minute-by-minute tag's are those of its bare messages.</p>"
    )


def _withheld(report: Report) -> str:
    items = [
        f"{report.silent_slots():,} of {report.slots():,} slots said nothing of where the tag "
        "was: beside a crossing, a presence or a position, a cell would tell more than a cell.",
        f"{report.count('PRESENT'):,} slots said only that the wearer was in a dwelling or a zone "
        "to be in: never where in it.",
        f"{report.no_fix_slots():,} slots said that the receiver had no position.",
        "Altitude, speed, course, satellites, and the second within a slot: never, outside an "
        "exclusion zone.",
        "The grid's hidden shift: it never leaves the tag, so that nobody who reads this knows "
        "where on the ground a cell's border runs.",
    ]
    if report.minutes:
        more = len(report.minutes) - report.count("PRECISE")
        items.insert(
            0,
            f"{more:,} of the {len(report.minutes):,} positions that a minute-by-minute tag would "
            "have told have no counterpart here: the order does not need them.",
        )
    return (
        "<h2>What was withheld, and why</h2><ul>"
        + "".join(f"<li>{escape(item)}</li>" for item in items)
        + "</ul>"
    )
