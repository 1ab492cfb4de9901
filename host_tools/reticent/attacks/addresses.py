"""How many addresses a cell holds (REQUIREMENTS R13), on synthetic addresses.

Addresses lie in villages, a suburb or a city; the hidden offset says where the cells' borders run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks.towns import Floats

LEAST = 8
_KM = 30.0
_OFFSETS = 10

# Per km2 in the open country, and clusters: how many, addresses in each, their spread in km.
LANDS = {
    "city, 2,000 a km2": (2_000.0, 0, 0, 0.0),
    "suburb, 400 a km2": (400.0, 0, 0, 0.0),
    "villages, 2 farms a km2": (2.0, 20, 150, 0.4),
    "open country, 1 farm a km2": (1.0, 0, 0, 0.0),
}


@dataclass(frozen=True)
class Small:
    """The share of addresses that lie in cells of fewer than eight."""

    land: str
    cell_m: int
    share: float


def homes_in_small_cells(cell_m: int, seed: int) -> list[Small]:
    """Return for each land how many addresses lie in cells with fewer than LEAST."""
    found: list[Small] = []
    for land, (density, clusters, size, spread) in LANDS.items():
        rng = np.random.default_rng((seed, 13))
        places = [rng.uniform(0, _KM, (rng.poisson(density * _KM**2), 2))]
        for centre in rng.uniform(0, _KM, (clusters, 2)):
            places.append(rng.normal(centre, spread, (size, 2)))
        at = np.concatenate(places) * 1_000 / cell_m
        for_offsets = [_share(at + rng.uniform(-0.5, 0.5, 2)) for _ in range(_OFFSETS)]
        found.append(Small(land, cell_m, float(np.mean(for_offsets))))
    return found


def _share(at: Floats) -> float:
    rows, cols = (np.floor(at) - np.floor(at).min(axis=0)).astype(np.int64).T
    cell = rows * (cols.max() + 1) + cols
    counts = np.bincount(cell)
    return float((counts[cell] < LEAST).mean())
