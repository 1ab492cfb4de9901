"""A new order's two files, order.toml and zones.geojson, checked before they are there.

What is written is what `reticent order check` accepts: both files, or neither.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reticent.errors import BadInput, WontOverwrite
from reticent.files import PRIVATE, write_new
from reticent.orders.check import check_order

ORDER, ZONES = "order.toml", "zones.geojson"

_CIRCLE = re.compile(r"(\w+) +(-?[\d.]+), *(-?[\d.]+) +(\d+) +([^:]+)(?:: *(.*))?")
_EXAMPLE = "exclusion 47.0297,-29.9222 300 Harbour Lane: Home of the person protected."


@dataclass(frozen=True)
class Draft:
    """What a person has to say for an order; dates as they are typed."""

    reference: str
    version: int
    not_before: str
    not_after: str
    review_by: str
    level: str
    controller: str
    lawful_basis: str
    purposes: tuple[str, ...]
    alternatives: str
    justification: str
    tag: str | None = None

    def toml(self) -> str:
        """Return the text of order.toml; whatever is left out has its default."""
        purposes = "".join(f"    {quoted(purpose)},\n" for purpose in self.purposes)
        tag = "" if self.tag is None else f"tag = {quoted(self.tag)}\n"
        return f"""\
reference = {quoted(self.reference)}
version = {self.version} # a renewal or change takes the next number
{tag}not_before = {quoted(self.not_before)}
not_after = {quoted(self.not_after)} # at most 92 days after not_before
review_by = {quoted(self.review_by)}

# presence: entry and exit of exclusion zones, never a position.
# breach:   positions inside exclusion zones. coarse: and one cell a slot elsewhere.
level = {quoted(self.level)}

zones = "{ZONES}"

[statement]
controller = {quoted(self.controller)}
lawful_basis = {quoted(self.lawful_basis)}
purposes = [
{purposes}]
alternatives = {quoted(self.alternatives)}
justification = {quoted(self.justification)}
"""


def parse_circle(text: str) -> dict[str, object]:
    """Return the GeoJSON feature of `KIND LAT,LON RADIUS_M NAME[: JUSTIFICATION]`."""
    match = _CIRCLE.fullmatch(text.strip())
    if match is None:
        raise BadInput(f"{text!r} is no circle; write it like {_EXAMPLE!r}")
    kind, lat, lon, radius_m, name, justification = match.groups()
    return circle(kind, lat, lon, radius_m, (name.strip(), justification or ""))


def circle(
    kind: str, lat: str, lon: str, radius_m: str, texts: tuple[str, str]
) -> dict[str, object]:
    """Return the GeoJSON feature of a circle; `texts` are its name and justification."""
    try:
        position = [float(lon), float(lat)]
        radius = int(radius_m)
    except ValueError:
        raise BadInput(f"{lat}, {lon}, {radius_m}: not numbers of degrees and metres") from None
    name, justification = texts
    properties: dict[str, object] = {"name": name, "kind": kind, "radius_m": radius}
    if justification:
        properties["justification"] = justification
    geometry = {"type": "Point", "coordinates": position}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def zones_text(features: list[dict[str, object]]) -> str:
    """Return the text of zones.geojson."""
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, indent=2, ensure_ascii=False) + "\n"


def refuse_existing(folder: Path) -> None:
    """Raise WontOverwrite where one of the files is there."""
    for name in (ORDER, ZONES):
        if (folder / name).exists():
            raise WontOverwrite(f"{folder / name} exists; choose another folder")


def write_order(folder: Path, toml: str, zones: str) -> None:
    """Check the two texts and write them into the folder, made if need be: both or neither."""
    refuse_existing(folder)
    _check(folder, toml, zones)
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for name, text in ((ZONES, zones), (ORDER, toml)):
            write_new(folder / name, text.encode(), PRIVATE)
            written.append(folder / name)
    except BaseException:
        for path in written:
            path.unlink()
        if made:
            folder.rmdir()
        raise


def _check(folder: Path, toml: str, zones: str) -> None:
    """Check the texts as files in a folder that goes again; messages name the one they are for."""
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        (trial / ORDER).write_text(toml)
        (trial / ZONES).write_text(zones)
        try:
            check_order(trial / ORDER)
        except BadInput as error:
            raise BadInput(str(error).replace(name, str(folder))) from None


def quoted(text: str) -> str:
    """Return a text as TOML has it, in quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
