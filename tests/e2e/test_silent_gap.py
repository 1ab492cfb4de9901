"""Flash is written in the receiver's silent gap: no byte of a full burst at 9,600 baud is lost."""

import hashlib
from datetime import UTC, datetime

from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.receiver import dialect_of
from reticent.sim.synthetic import make_day
from reticent.sim.way import Setting, Way, redated


def test_no_key_and_no_credential_is_in_what_leaves_the_tag(tmp_path, capfd):
    day = datetime(2026, 3, 2, tzinfo=UTC)
    track = make_day(day, hours=(12.3, 12.45))
    run = Run(tmp_path / "run")
    run.start()
    way = Way(run, track, redated(example_order(), track.start_s), Setting())
    outcome = way.go(lambda _: None)
    assert outcome.opened
    printed = "".join(capfd.readouterr()).encode()
    ack_key = hashlib.sha256(b"simulated ack key 1").digest()
    seed = hashlib.sha256(b"simulated seed 1").digest()
    secrets = [ack_key, seed, b"reticent-key"]
    secrets += [key.hex().encode() for key in (ack_key, seed)]
    log = (run.folder / "collector.log").read_bytes()
    stored = run.database.read_bytes()
    for name, content in (("console", printed), ("log", log), ("database", stored)):
        assert not [secret for secret in secrets if secret in content], name
    assert b"127.0.0.1" not in stored
    flash = (run.folder / "flash.img").read_bytes()
    assert ack_key in flash and b"reticent-key" in flash, "the canaries are real"


def test_no_byte_is_lost_while_a_breach_is_stored_and_sent(tmp_path):
    day = datetime(2026, 3, 2, tzinfo=UTC)
    track = make_day(day, dialect=dialect_of("ublox-m8"), hours=(12.2, 12.75))
    assert track.baud() == 9_600
    longest = max(len(burst.data) for burst in track.bursts)
    assert longest > 500, "a burst that fills half the second and more"
    run = Run(tmp_path / "run")
    run.start()
    outcome = Way(run, track, redated(example_order(), track.start_s), Setting()).go(
        lambda _: None
    )
    report = outcome.report
    assert sum(report.erases.values()) >= 15, "there was much to write"
    uart = report.uarts[0]
    print(
        f"{uart.received:,} bytes, bursts of up to {longest}, {report.flash_ops} flash operations"
    )
    assert (uart.lost_irq_off, uart.lost_overflow) == (0, 0)
    assert uart.delivered == uart.received
    assert outcome.waiting == 0
    assert set(report.stops) == {"end"}
