"""Flash is written in the receiver's silent gap: no byte of a full burst at 9,600 baud is lost."""

from datetime import UTC, datetime

from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.receiver import dialect_of
from reticent.sim.synthetic import make_day
from reticent.sim.way import Setting, Way, redated


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
