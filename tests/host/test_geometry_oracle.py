"""The tag's geometry against GEOS, in short; `make bench-zones` compares a million points."""

import importlib.util
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "bench" / "shapely_oracle.py"


def test_random_polygons_and_points_come_out_as_shapely_says():
    spec = importlib.util.spec_from_file_location("shapely_oracle", SOURCE)
    oracle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(oracle)
    done, told = oracle.compare(5_000, 11)
    assert done >= 5_000
    assert told == []
