"""tag/gnss.py on real receivers' logs: gpsd's own results, column by column, and a drive."""

from cases import data_path
from tag import gnss

ROWS = 786
FIXES = 748
DRIVE = "nmea/nmeaparser_drive/NmeaSampleData.session1.first12000lines.txt"

# A column, the Fix's attribute, its power of ten, how far it may be off in 1/1000 of the unit.
COLUMNS = (
    ("speed_mps", "speed_cm_s", 2, 30),
    ("course_deg", "course_cdeg", 2, 100),
    ("hdop", "hdop_x100", 2, 10),
    ("alt_msl_m", "alt_mm", 3, 1),
    ("sats_used", "sats_used", 0, 0),
    ("mode", "mode", 0, 0),
)
# gpsd takes this log's altitude from the binary protocol in between, at a finer resolution.
BINARY_ALTITUDE = "quectel-l76k-dual.log"


def scaled(text, places):
    """Return decimal text times 10**places, cut."""
    whole, _, decimals = text.lstrip("-").partition(".")
    value = int(whole + (decimals + "000000000")[:places])
    return -value if text.startswith("-") else value


def udeg(text):
    value = scaled(text, 9)
    return (value + 500) // 1000 if value >= 0 else -((-value + 500) // 1000)


def days_of(year, month, day):
    """Return the days from 1970-01-01; right from 1970 to 2099."""
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month - 1]
    leap_days = (year - 1969) // 4 + (year % 4 == 0 and month > 2)
    return (year - 1970) * 365 + leap_days + before + day - 1


def moment(iso):
    """Return (UTC second, millisecond) of an ISO time with Z."""
    days = days_of(int(iso[:4]), int(iso[5:7]), int(iso[8:10]))
    of_day_s = int(iso[11:13]) * 3600 + int(iso[14:16]) * 60 + int(iso[17:19])
    return days * 86_400 + of_day_s, int(iso[20:23])


def rows_by_log():
    """Return {log: [row]} of expected_fixes.csv."""
    logs = {}
    with open(data_path("nmea/expected_fixes.csv")) as file:
        header = next(iter(file)).strip().split(",")
        for line in file:
            row = dict(zip(header, line.strip().split(",")))
            logs.setdefault(row["file"], []).append(row)
    return logs


def fixes_of(path):
    """Return the fixes of a file, read in pieces as a UART gives them; logs may be joined."""
    epochs = gnss.Epochs(0, 1)
    found = []
    with open(data_path(path), "rb") as file:
        while True:
            piece = file.read(100)
            if not piece:
                return found + epochs.feed(b"", 0)
            found.extend(epochs.feed(piece, len(piece)))


def find(fixes, row):
    """Return the last fix of a row's epoch; a date that gpsd guessed does not count."""
    utc_s, utc_ms = moment(row["epoch_utc"])
    found = None
    for fix in fixes:
        is_day = row["date_note"] != "same" or fix.utc_s == utc_s
        if is_day and fix.utc_s % 86_400 == utc_s % 86_400 and fix.utc_ms == utc_ms:
            found = fix
    return found


def compare(fix, row):
    assert abs(fix.lat_udeg - udeg(row["lat"])) <= 2, row
    assert abs(fix.lon_udeg - udeg(row["lon"])) <= 2, row
    for column, attribute, places, off in COLUMNS:
        if not row[column] or (column == "alt_msl_m" and row["file"] == BINARY_ALTITUDE):
            continue
        value = getattr(fix, attribute)
        assert value is not None, (column, row)
        difference = abs(value * 10 ** (3 - places) - scaled(row[column], 3))
        assert difference <= off, (column, value, row)


def test_every_row_of_gpsd_is_met():
    rows = compared = 0
    for log, expected in rows_by_log().items():
        fixes = fixes_of("nmea/gpsd/" + log)
        for row in expected:
            rows += 1
            fix = find(fixes, row)
            if not row["lat"]:
                assert fix is None, row
                continue
            assert fix is not None, row
            compare(fix, row)
            compared += 1
    assert (rows, compared) == (ROWS, FIXES), (rows, compared)


def gll_of_drive():
    """Yield (time of day in seconds, lat, lon) of each valid GLL: another reader's positions."""
    with open(data_path(DRIVE), "rb") as file:
        for line in file:
            if line.startswith(b"$GPGLL,") and (b",A,A*" in line or b",A,D*" in line):
                cells = line.decode().split(",")
                clock = cells[5]
                of_day_s = int(clock[:2]) * 3600 + int(clock[2:4]) * 60 + int(clock[4:6])
                yield of_day_s, minutes_udeg(cells[1], 2), -minutes_udeg(cells[3], 3)


def minutes_udeg(text, digits):
    value = int(text[:digits]) * 600_000 + scaled(text[digits:], 4)
    return (value * 1_000_000 + 300_000) // 600_000


def test_the_drive_has_one_right_fix_an_epoch():
    fixes = {fix.utc_s % 86_400: fix for fix in fixes_of(DRIVE)}
    compared = 0
    for of_day_s, lat, lon in gll_of_drive():
        fix = fixes[of_day_s]
        assert (fix.lat_udeg, fix.lon_udeg) == (lat, lon), of_day_s
        compared += 1
    assert compared == len(fixes) == 923, (compared, len(fixes))
