"""Each task of the running tag dies once, in its own way: each time a reset, and a reason for it.

Lines at the end of boot.py plant a death a life. The reason outlives the reset in a register of
the watchdog; the last one is told in the next BOOT event.
"""

from datetime import UTC, datetime

from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import make_day
from reticent.sim.tag import Extras
from reticent.sim.way import Setting, Way, redated
from reticent.tagcode import events, reasons, record

PLANT = """
import asyncio, board, machine, os, time
import duty.core, duty.sampling, duty.sealing, duty.sending
from store import StoreError

word = machine.mem32[board.WATCHDOG_SCRATCH]
print("life", word >> 8 & 0xFF, word & 0xFF)

async def fault(self, *args):
    await asyncio.sleep(3)
    raise ValueError

async def end(self, *args):
    await asyncio.sleep(3)

async def system(self, *args):
    await asyncio.sleep(3)
    raise OSError(5)

async def damaged(self, *args):
    await asyncio.sleep(3)
    raise StoreError

async def starve(self, *args):
    await asyncio.sleep(3)
    raise MemoryError

async def mute(self, *args):
    await asyncio.sleep(100_000)

async def spin(self, *args):
    while True:
        time.sleep_ms(1)

def unborn(self, *args):
    raise StoreError

lives = os.listdir("/").count("lives") and os.stat("/lives")[6]
with open("/lives", "ab") as file:
    file.write(b".")
if lives == 1:
    duty.sampling.Sampler.sample = fault
elif lives == 2:
    duty.sampling.Sampler.warn = end
elif lives == 3:
    duty.sealing.Sealer.seal = system
elif lives == 4:
    duty.sealing.Sealer.seal = damaged
elif lives == 5:
    duty.sending.Sender.send = starve
elif lives == 6:
    duty.sealing.Sealer.seal_due = mute
elif lives == 7:
    duty.sampling.Sampler.sample = mute
elif lives == 8:
    duty.sending.Sender.send = spin
elif lives == 9:
    duty.core.Tag.__init__ = unborn
"""
DIED = (
    reasons.died(reasons.SAMPLE, reasons.FAULT),
    reasons.died(reasons.WARN, reasons.ENDED),
    reasons.died(reasons.SEAL, reasons.SYSTEM),
    reasons.died(reasons.SEAL, reasons.STORE),
    reasons.died(reasons.SEND, reasons.MEMORY),
    reasons.died(reasons.SEAL, reasons.STALLED),
    reasons.STARVED,  # the sampling loop does not come round
    reasons.STARVED,  # another task does not let it
    reasons.died(reasons.BOOT, reasons.STORE),
)


def test_each_death_is_a_reset_and_the_next_life_knows_why(tmp_path, capfd):
    track = make_day(datetime(2026, 3, 2, tzinfo=UTC), hours=(10, 11.1))
    run = Run(tmp_path / "run")
    run.start()
    setting = Setting(extras=Extras(boot=PLANT))
    way = Way(run, track, redated(example_order(), track.start_s), setting)
    outcome = way.go(lambda _line: None)
    lives = [line.split() for line in capfd.readouterr().out.splitlines() if "life" in line]
    # The first is the one of personalising, the second the power-on of the run.
    assert [int(reason) for _, reason, _ in lives[2:]] == list(DIED)
    assert [int(deaths) for _, _, deaths in lives[2:]] == list(range(1, len(DIED) + 1))
    stops = outcome.report.stops
    assert [stop for stop in stops if stop != "end"].count("watchdog") == 2, stops
    assert set(stops) == {"reset", "watchdog", "end"}
    boots = [entry[3] for entry in outcome.records(record.EVENT) if entry[2] == events.BOOT]
    assert boots[-1] == DIED[-1], [reasons.words(boot) for boot in boots]
    assert outcome.waiting == 0
