"""The whole tag on the real interpreter, its collector over TLS on loopback, and the opener."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pynmeagps_reader import read_positions

from cases import data_path
from reticent.errors import BadInput
from reticent.orders.order import Order
from reticent.run import Run
from reticent.sim.demo import example_order, placed_on
from reticent.sim.synthetic import HOME, LANE, degrees, make_day
from reticent.sim.track import Burst, Track, checksum, read_nmea_log
from reticent.sim.way import Outcome, Setting, Way, redated
from reticent.tagcode import batch, events, geometry, gnss, record

LOGS = ["mt3339", "neo-m8n", "quectel-L70", "ublox-8", "quectel-l76k-nmea"]
TOLERANCE_UDEG = 2
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def run_way(track: Track, order: Order, folder: Path) -> Outcome:
    run = Run(folder / "run")
    run.start()
    return Way(run, track, redated(order, track.start_s), Setting()).go(lambda _line: None)


def whole_way(track: Track, folder: Path) -> Outcome:
    return run_way(track, placed_on(example_order(), track.fixes), folder)


def positions_of_gpsd(log: str) -> dict[int, list[tuple[int, int]]]:
    """Return {second of the day: [(lat, lon) in udeg]}: gpsd's fixes of a log, all of an epoch."""
    found: dict[int, list[tuple[int, int]]] = {}
    with open(data_path("nmea/expected_fixes.csv")) as file:
        for row in csv.DictReader(file):
            if row["file"] == log and row["lat"]:
                of_day_s = int(datetime.fromisoformat(row["epoch_utc"]).timestamp()) % 86_400
                position = round(float(row["lat"]) * 1e6), round(float(row["lon"]) * 1e6)
                found.setdefault(of_day_s, []).append(position)
    return found


def positions_of_pynmeagps(log: Path) -> dict[int, list[tuple[int, int]]]:
    """Return {second of the day: [(lat, lon) in udeg]} of the valid sentences of a log."""
    places, denied = read_positions(log.read_bytes())
    found: dict[int, list[tuple[int, int]]] = {}
    for at_ms, positions in places.items():
        if at_ms not in denied:
            found.setdefault(at_ms // 1000, []).extend(positions)
    return found


def agrees(entry, positions: dict[int, list[tuple[int, int]]]) -> bool:
    """Return whether a PRECISE record's position is one of its second's."""
    _, utc_s, _, lat, lon, _ = entry
    return any(
        abs(lat - other[0]) <= TOLERANCE_UDEG and abs(lon - other[1]) <= TOLERANCE_UDEG
        for other in positions.get(utc_s % 86_400, [])
    )


@pytest.mark.parametrize("log", LOGS)
def test_positions_of_a_real_log_arrive_as_gpsd_and_pynmeagps_have_them(log, tmp_path):
    """No position is held against our own parser's: gpsd's results, and another reader's."""
    path = Path(data_path(f"nmea/gpsd/{log}.log"))
    outcome = whole_way(read_nmea_log(path), tmp_path)
    precise = outcome.records(record.PRECISE)
    assert precise
    assert outcome.waiting == 0
    of_gpsd, of_pynmeagps = positions_of_gpsd(f"{log}.log"), positions_of_pynmeagps(path)
    for entry in precise:
        assert agrees(entry, of_gpsd), entry
        assert agrees(entry, of_pynmeagps), entry


def test_the_drive_arrives_as_its_own_sentences_have_it(tmp_path):
    path = Path(data_path("nmea/nmeaparser_drive/NmeaSampleData.session1.first12000lines.txt"))
    track = read_nmea_log(path)
    outcome = whole_way(track, tmp_path)
    precise = outcome.records(record.PRECISE)
    assert precise
    of_pynmeagps = positions_of_pynmeagps(path)
    sentences = b"".join(burst.data for burst in track.bursts)
    for entry in precise:
        assert agrees(entry, of_pynmeagps), entry
        _, utc_s, _, lat, lon, _ = entry
        # And a third time: the GLL sentence of that second, read here.
        clock = datetime.fromtimestamp(utc_s, UTC).strftime("%H%M%S").encode()
        line = next(
            line for line in sentences.splitlines() if b"$GPGLL" in line and clock + b",A" in line
        )
        fields = line.split(b",")
        assert abs(lat - to_udeg(fields[1], 2)) <= TOLERANCE_UDEG
        assert abs(lon + to_udeg(fields[3], 3)) <= TOLERANCE_UDEG, "west"
    assert outcome.waiting == 0


def to_udeg(text: bytes, degrees_digits: int) -> int:
    minutes = float(text[degrees_digits:])
    return round((int(text[:degrees_digits]) + minutes / 60) * 1e6)


def excerpt(first_h: float, last_h: float) -> Track:
    """Return these hours of the synthetic day."""
    return make_day(DAY, hours=(first_h, last_h))


def test_a_breach_and_nothing_else_is_told_in_positions(tmp_path):
    track = excerpt(10.5, 14.5)
    outcome = run_way(track, example_order(), tmp_path)
    lane = [round(value * 1e6) for value in degrees(LANE)]
    precise = outcome.records(record.PRECISE)
    assert precise
    truth = {fix.utc_s: fix for fix in outcome.fixes}
    for _, utc_s, zone, lat, lon, error_m in precise:
        fix = truth[utc_s]
        assert (zone, lat, lon) == (0, fix.lat_udeg, fix.lon_udeg)
        assert error_m == fix.error_m
        assert geometry.distance_dm(lat, lon, *lane) <= 3_000
    assert len(outcome.records(record.COARSE)) >= 4
    assert all(len(one.batch.records) <= 40 for one in outcome.opened)
    assert_chain(outcome)


def assert_chain(outcome: Outcome) -> None:
    """Every envelope arrived, in one unbroken chain, each of the same size."""
    numbers = [one.number for one in outcome.opened]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [one.chain for one in outcome.opened] == ["start"] + ["holds"] * (len(numbers) - 1)
    assert outcome.sent_bytes % len(numbers) == 0


def test_routine_batches_leave_once_an_upload_slot_whatever_happens(tmp_path):
    outcome = run_way(excerpt(16.5, 21.0), example_order(), tmp_path)
    routine = [one for one in outcome.opened if one.batch.kind == batch.ROUTINE]
    assert len(routine) == 7, "17 to 20 h begin in the track, 21 to 23 h in the silence after it"
    home = [round(value * 1e6) for value in degrees(HOME)]
    for one in outcome.opened:
        for entry in one.batch.records:
            if entry[0] == record.PRECISE:
                assert geometry.distance_dm(entry[3], entry[4], *home) > 10_000


def blinded(track: Track, first_s: int, last_s: int) -> Track:
    """Return the track with a receiver that has no fix between these UTC seconds."""

    def without_fix(burst: Burst) -> Burst:
        moment = datetime.fromtimestamp(burst.utc_ms // 1000, UTC)
        bodies = (
            f"GPRMC,{moment:%H%M%S}.000,V,,,,,,,{moment:%d%m%y},,,N",
            "GPGSA,A,1,,,,,,,,,,,,,,,",
        )
        lines = (f"${body}*{checksum(body.encode()):02X}\r\n" for body in bodies)
        return Burst(burst.utc_ms, "".join(lines).encode())

    bursts = [
        without_fix(burst) if first_s <= burst.utc_ms // 1000 < last_s else burst
        for burst in track.bursts
    ]
    return Track(track.name, bursts)


def test_loss_of_position_arrives_as_events_by_slot(tmp_path):
    start_s = int(DAY.timestamp()) + 16 * 3600
    track = blinded(excerpt(16.0, 16.75), start_s + 600, start_s + 1_500)
    outcome = run_way(track, example_order(), tmp_path)
    codes = (events.FIX_LOST, events.FIX_FOUND, events.JAM_SUSPECTED, events.SPOOF_SUSPECTED)
    slot = start_s // 900
    assert [entry[1:] for entry in outcome.records(record.EVENT) if entry[2] in codes] == [
        [slot, events.FIX_LOST, 1],
        [slot + 1, events.FIX_FOUND, 1],
        [slot + 3, events.FIX_LOST, 2],  # after the track the receiver is silent
    ]


def test_a_log_whose_time_runs_backwards_is_refused(tmp_path):
    bursts = make_day(DAY, hours=(0, 1)).bursts[:10]
    path = tmp_path / "log.nmea"
    path.write_bytes(b"".join(burst.data for burst in [*bursts[5:], *bursts[:5]]))
    with pytest.raises(BadInput, match=r"line 11: time runs backwards"):
        read_nmea_log(path)


def test_the_host_counts_the_fixes_that_the_firmware_counts():
    track = excerpt(0, 0.1)
    assert len(track.fixes) == 360
    assert all(isinstance(fix, gnss.Fix) for fix in track.fixes)
