"""Tracks from NMEA, GPX and CSV, and the sentences that a named receiver makes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reticent.cli import run
from reticent.errors import BadInput
from reticent.sim.formats import Reception, read_track
from reticent.sim.noise import ReceiverNoise
from reticent.sim.receiver import DIALECTS, Position, bursts
from reticent.sim.track import Burst, Track, checksum

START = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp())
ORDER = Path(__file__).parents[2] / "examples" / "order" / "order.toml"
CSV = "time,lat,lon\n2026-03-02T09:00:00Z,47.0,-30.0\n2026-03-02T09:01:40Z,47.001,-30.0\n"
GPX = (
    '<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    '<trkpt lat="47.0" lon="-30.0"><time>2026-03-02T09:00:00Z</time></trkpt>'
    '<trkpt lat="47.001" lon="-30.0"><time>2026-03-02T09:01:40Z</time></trkpt>'
    "</trkseg></trk></gpx>"
)
NO_FIX = b"GPRMC,090000.000,V,4700.0000,N,03000.0000,W,0.00,,020326,,,N"


def reception(name: str = "ublox-m8", **changes) -> Reception:
    return Reception(DIALECTS[name], **changes)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("text", [CSV, GPX], ids=["csv", "gpx"])
def test_points_become_a_fix_a_second_on_the_straight_way_between(name, text, tmp_path):
    path = tmp_path / "track"
    path.write_text(text)
    fixes = read_track(path, reception(name)).fixes
    assert [fix.utc_s for fix in fixes] == list(range(START, START + 101))
    # Four decimals of a minute are 1.7 microdegrees: half of that, and half of ours.
    assert all(abs(fix.lat_udeg - (47_000_000 + 10 * i)) <= 2 for i, fix in enumerate(fixes))
    assert all(abs(fix.lon_udeg + 30_000_000) <= 2 for fix in fixes)
    assert all(fix.sats_used >= 5 and fix.hdop_x10 <= 25 for fix in fixes)


def test_a_gap_over_ten_minutes_is_a_receiver_that_hears_nothing(tmp_path):
    path = tmp_path / "gap.csv"
    rows = ("09:00:00Z,47.0", "09:00:10Z,47.0", "09:20:00Z,47.1", "09:20:05Z,47.1")
    path.write_text("time,lat,lon\n" + "".join(f"2026-03-02T{row},-30.0\n" for row in rows))
    track = read_track(path, reception())
    heard = [fix.utc_s - START for fix in track.fixes]
    assert heard == [*range(10), *range(1200, 1206)]
    assert len(track.bursts) == 1206, "it still talks every second"


def test_the_antimeridian_is_crossed_the_short_way(tmp_path):
    path = tmp_path / "fiji.csv"
    path.write_text(
        "time,lat,lon\n2026-03-02T09:00:00Z,-17,179.999\n2026-03-02T09:00:10Z,-17,-179.999\n"
    )
    lons = [fix.lon_udeg for fix in read_track(path, reception()).fixes]
    assert all(abs(lon) > 179_998_000 for lon in lons), lons


def test_noise_is_seeded_and_off_unless_asked_for(tmp_path):
    path = tmp_path / "track.csv"
    path.write_text(CSV)
    tracks = [read_track(path, reception(seed=seed, noisy=True)) for seed in (1, 1, 2)]
    datas = [b"".join(burst.data for burst in track.bursts) for track in tracks]
    assert datas[0] == datas[1] != datas[2]
    errors_m = [abs(fix.lon_udeg + 30_000_000) * 0.076 for fix in tracks[0].fixes]
    assert 0.5 < sum(errors_m) / len(errors_m) < 60


def test_the_error_is_within_10_m_for_nine_fixes_of_ten():
    still = (Position(START + second, 0.0, 0.0) for second in range(200_000))
    noise = ReceiverNoise(7, jumps_per_hour=0)
    inside = sum(e * e + n * n <= 100 for e, n in (noise.next(1) for _ in still))
    assert 0.88 < inside / 200_000 < 0.92


def test_every_sentence_of_a_dialect_is_within_nmea_s_82_bytes():
    for dialect in DIALECTS.values():
        moving = (Position(START + s, -47.5, 130.25, 33.0, 359.9) for s in range(10))
        for burst in bursts(moving, dialect, 1, None):
            for line in burst.data.splitlines(keepends=True):
                assert len(line) <= 82, line
                assert line.endswith(b"\r\n")


def test_the_baud_rate_leaves_the_line_some_silence():
    def track(size: int) -> Track:
        return Track("t", [Burst(START * 1000 + 1000 * i, b"x" * size) for i in range(3)])

    assert [track(size).baud() for size in (100, 760, 800, 3_000)] == [9600, 9600, 19200, 38400]
    with pytest.raises(BadInput, match="more than any receiver has"):
        track(60_000).baud()


BAD_TRACKS = (
    ("directory", None, "cannot be read"),
    ("empty", b"", "is empty"),
    ("binary", bytes(range(256)) * 50, "no RMC sentence with a date"),
    ("no sentence", b"hello\nworld\n", "no RMC sentence with a date"),
    ("no fix", b"$%s*%02X\r\n" % (NO_FIX, checksum(NO_FIX)), "no valid fix"),
    ("csv: no time", b"time,lat,lon\n,47,-30\n,47,-30\n", "line 2: has no time"),
    ("csv: no number", b"time,lat,lon\n2026-03-02T09:00:00Z,x,-30\n", "line 2: 'x' is no number"),
    ("csv: latitude", b"time,lat,lon\n2026-03-02T09:00:00Z,91,-30\n", "not within 90"),
    ("csv: nan", b"time,lat,lon\n2026-03-02T09:00:00Z,nan,-30\n", "not within 90"),
    ("csv: one row", b"time,lat,lon\n2026-03-02T09:00:00Z,47,-30\n", "a track needs two"),
    (
        "csv: backwards",
        b"time,lat,lon\n2026-03-02T09:00:00Z,47,-30\n2026-03-02T08:00:00Z,47,-30\n",
        "line 3: time runs backwards",
    ),
    (
        "csv: too long",
        b"time,lat,lon\n2026-03-02T09:00:00Z,47,-30\n2026-05-02T08:00:00Z,47,-30\n",
        "is longer than 31 days",
    ),
    ("gpx: broken", GPX[:-6].encode(), "is no sound XML"),
    ("gpx: other xml", b"<svg></svg>", "is XML but no GPX"),
    ("gpx: no time", b'<gpx><trkpt lat="1" lon="2"/></gpx>', "track point 1: has no time"),
    ("gpx: empty", b"<gpx></gpx>", "has 0 points"),
)


@pytest.mark.parametrize(("name", "data", "message"), BAD_TRACKS, ids=[b[0] for b in BAD_TRACKS])
def test_a_bad_track_is_one_line_and_status_2_and_nothing_is_made(
    name, data, message, tmp_path, capsys
):
    path = tmp_path / "track"
    if data is None:
        path.mkdir()
    else:
        path.write_bytes(data)
    out = tmp_path / "out"
    assert run(["simulate", str(path), "--order", str(ORDER), "--out", str(out)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert str(path) in printed.err
    assert not out.exists()


BAD_OPTIONS = (
    (["--board", "arduino"], "arduino: no such board; there are: pico, pico_w"),
    (["--receiver", "sirf"], "sirf: no such receiver"),
    (["--faults", "nothing.toml"], "nothing.toml: No such file"),
    (["--collector", "localhost"], "is no HOST:PORT"),
    (["--collector", "localhost:8443"], "--collector needs --ca"),
    (["--ca", "x"], "of no use without --collector"),
    (["--collector", "localhost:8443", "--ca", str(ORDER)], "is no certificate"),
    (["--seed", "x"], "seed"),
    ([], "give --redate"),
)


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS, ids=lambda value: str(value)[:40])
def test_a_bad_option_is_one_line_and_status_2_and_nothing_is_made(
    options, message, tmp_path, capsys
):
    path = tmp_path / "track.csv"
    path.write_text(CSV)
    out = tmp_path / "out"
    command = ["simulate", str(path), "--order", str(ORDER), "--out", str(out), *options]
    assert run(command) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert not out.exists()


FAULTS = (
    ("[[network]]\nfrom = 1\n", "needs `from` and `until`"),
    ("[[network]]\nfrom = 1\nuntil = 2\n", "write times like"),
    ("[[netwrk]]\n", "'netwrk' is no fault"),
    ("[network]\nfrom = 1\n", "two brackets"),
    ("[[network]\n", "is no TOML"),
    (
        "[[network]]\nfrom = 2026-03-02T10:00:00Z\nuntil = 2026-03-02T09:00:00Z\n",
        "ends before it begins",
    ),
)


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[fault[1] for fault in FAULTS])
def test_a_bad_faults_file_is_one_line_that_names_it(text, message, tmp_path, capsys):
    path, faults, out = tmp_path / "t.csv", tmp_path / "faults.toml", tmp_path / "out"
    path.write_text(CSV)
    faults.write_text(text)
    command = ["simulate", str(path), "--order", str(ORDER), "--out", str(out)]
    assert run([*command, "--faults", str(faults)]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.startswith(f"reticent: {faults}")
    assert not out.exists()
