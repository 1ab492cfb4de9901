"""The receiver's code against independent readers: gpsd's results, pynmeagps, pyubx2."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from gnss_differences import DIFFERENCES
from pynmeagps_reader import read_positions
from pyubx2 import SET, UBXReader
from pyubx2.ubxtypes_configdb import UBX_CONFIG_DATABASE

from cases import data_path
from reticent.receiver.log import COLUMNS, LogReader
from reticent.tagcode import gnss
from tag import receivers

TOLERANCE_UDEG = 2
DAY_MS = 86_400_000


def real_logs() -> list[Path]:
    nmea = Path(data_path("nmea"))
    logs = [*nmea.glob("gpsd/*.log"), *nmea.glob("pynmeagps/*.log")]
    return sorted(logs) + sorted(nmea.glob("nmeaparser_drive/*.txt"))


def test_every_position_is_one_of_pynmeagps_and_the_other_way_round():
    fixes = 0
    refused = set()
    for log in real_logs():
        data = log.read_bytes()
        epochs = gnss.Epochs(0, 1)
        ours = epochs.feed(data, len(data)) + epochs.feed(b"", 0)
        theirs, denied = read_positions(data)
        seen = set()
        for fix in ours:
            at_ms = fix.utc_s * 1000 % DAY_MS + fix.utc_ms
            seen.add(at_ms)
            assert any(
                abs(fix.lat_udeg - lat) <= TOLERANCE_UDEG
                and abs(fix.lon_udeg - lon) <= TOLERANCE_UDEG
                for lat, lon in theirs.get(at_ms, [])
            ), (log.name, at_ms)
            fixes += 1
        refused |= {(log.name, at_ms // 1000) for at_ms in set(theirs) - denied - seen}
    assert refused == set(DIFFERENCES)
    assert fixes == 1_719


def test_the_command_prints_every_row_of_gpsd():
    by_log: dict[str, list[dict[str, str]]] = {}
    with Path(data_path("nmea/expected_fixes.csv")).open() as file:
        for row in csv.DictReader(file):
            by_log.setdefault(row["file"], []).append(row)
    compared = 0
    for log, rows in by_log.items():
        reader = LogReader(Path(data_path(f"nmea/gpsd/{log}")))
        fixes = [dict(zip(COLUMNS, fix.cells, strict=True)) for fix in reader.fixes()]
        for row in rows:
            start = 0 if row["date_note"] == "same" else len("2015-04-13T")
            same = [fix for fix in fixes if fix["epoch_utc"][start:] == row["epoch_utc"][start:]]
            assert bool(same) == bool(row["lat"]), row
            if same:
                compare(same[-1], row)
                compared += 1
    assert compared == 748


def compare(fix: dict[str, str], row: dict[str, str]) -> None:
    """Compare the columns that gpsd has; L76K's altitude it takes from a binary protocol."""
    tolerances = {"lat": 2e-6, "lon": 2e-6, "speed_mps": 0.03, "course_deg": 0.1, "hdop": 0.01}
    for column, tolerance in (tolerances | {"sats_used": 0, "mode": 0}).items():
        if row[column]:
            off = abs(float(fix[column]) - float(row[column]))
            assert off <= tolerance + 1e-9, (column, fix, row)


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reticent", "fixes", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_file_that_is_no_log_gets_one_line_and_status_2(tmp_path):
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "empty").touch()
    for path, said in (
        (tmp_path / "empty", "no NMEA sentence"),
        (tmp_path, "not a file"),
        (tmp_path / "noise", "no NMEA sentence"),
        (tmp_path / "gone", "not a file"),
    ):
        done = run_command(str(path), "--csv")
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1 and said in done.stderr
        assert not done.stdout


def test_the_table_and_the_csv_of_a_small_log(tmp_path):
    log = tmp_path / "a log.nmea"
    bodies = (
        b"GPRMC,202641.000,A,4404.1305,S,00018.8515,W,0.01,201.71,130415,,,D",
        b"GPGGA,202641.000,4404.1305,S,00018.8515,W,2,11,0.83,-7.7,M,-19.6,M,,0000",
    )
    log.write_bytes(b"noise\r\n" + b"".join(receivers.sentence(body) for body in bodies))
    done = run_command(str(log), "--csv")
    assert done.stdout.splitlines() == [
        ",".join(COLUMNS),
        "2015-04-13T20:26:41.000Z,-44.068842,-0.314192,-7.700,0.01,201.71,0.83,11,3",
    ], done.stderr
    assert "1 fix in 1 epoch, 2 sentences, 0 of them refused" in run_command(str(log)).stdout


def test_a_log_without_a_fix_has_a_header_and_no_row(tmp_path):
    log = tmp_path / "blind.nmea"
    log.write_bytes(receivers.sentence(b"GPRMC,202641.000,V,,,,,,,130415,,,N"))
    done = run_command(str(log), "--csv")
    assert (done.returncode, done.stdout) == (0, ",".join(COLUMNS) + "\n")
    assert "0 fixes in 1 epoch" in run_command(str(log)).stdout


def test_whoever_stops_listening_ends_the_command_without_a_word(tmp_path):
    log = tmp_path / "long.nmea"
    bodies = (
        b"GPRMC,2026%02d.000,A,4404.13%02d,N,12118.8515,W,0.01,201.71,130415,,,D" % (at % 60, at)
        for at in range(60)
    )
    log.write_bytes(b"".join(receivers.sentence(body) for body in bodies) * 3_000)
    command = [sys.executable, "-m", "reticent", "fixes", str(log), "--csv"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith("epoch_utc")
        process.stdout.close()
        assert process.stderr.read() == ""


UBX_KINDS = [(kind, generation) for kind, generation in ((1, 6), (1, 7), (1, 8), (2, 9), (2, 10))]


@pytest.mark.parametrize(("kind", "generation"), UBX_KINDS)
def test_pyubx2_reads_every_message_as_it_is_meant(kind, generation):
    messages = receivers.set_up(kind, generation, 1_000, False)
    messages.append(receivers.change_baud(kind, 38_400))
    messages += receivers.release(kind)
    said = "\n".join(str(UBXReader.parse(message, msgmode=SET)) for message in messages)
    assert "baudRate=38400" in said or "CFG_UART1_BAUDRATE=38400" in said
    assert "measRate=1000" in said or "CFG_RATE_MEAS=1000" in said
    if kind == receivers.UBLOX:
        for number, rate in receivers._UBX_SENTENCES:
            assert f"msgClass=240, msgID={number}" in said or "CFG-MSG" in said, rate
    assert ("CFG-GNSS" in said) == (generation == 8)
    assert "CFG-CFG" in said and "CFG-RST" in said


def test_the_keys_are_those_of_pyubx2s_database():
    names = {key: name for name, (key, _) in UBX_CONFIG_DATABASE.items()}
    for key, _ in receivers._KEY_SENTENCES:
        assert names[key].startswith("CFG_MSGOUT_NMEA_ID_"), names[key]
        assert names[key].endswith("_UART1"), names[key]
    order = ["GGA", "GLL", "GSA", "GSV", "RMC", "VTG", "GST", "ZDA"]
    assert [names[key].split("_")[4] for key, _ in receivers._KEY_SENTENCES] == order
    assert names[receivers._KEY_POWER] == "CFG_PM_OPERATEMODE"
    systems = [names[key] for key in receivers._KEY_SYSTEMS]
    assert systems == ["CFG_SIGNAL_GPS_ENA", "CFG_SIGNAL_GAL_ENA", "CFG_SIGNAL_GLO_ENA"]
