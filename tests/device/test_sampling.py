# heap: 64M
# path: host_tools/reticent/sim/mock
"""duty/sampling.py on a mocked UART: garage, tunnel, jam and spoof, silence, a cold start.

The running tag's own sampler, with the real search, parser, gate, pipeline and assembly: what it
says of a receiver's stream, and when. A zone is so near that the tag listens all the time, but for
the tests of its rest.
"""

import io
import sys

import mocked
import orders
from tag import events, policy, receivers
from tag.assembly import Assembly
from tag.timebase import Timebase
from wire import batch, record

START_S = orders.NOT_BEFORE + 36_000  # 10:00, a slot's border
SKY = (47, 44, 42, 40, 38, 35, 31, 27)
BAUD = 38_400
LEAD_MS = 700
NEAR = (orders.circle(policy.EXCLUSION, 700, 0, 200),)
POWER = 14


def with_checksum(body):
    total = 0
    for byte in body:
        total ^= byte
    return b"$" + body + b"*%02X\r\n" % total


def angles(north_m):
    minutes = (orders.LAT + north_m * orders.NORTH) * 6 // 10  # 1e-4 minutes
    lat = b"%02d%02d.%04d,N" % (minutes // 600_000, minutes // 10_000 % 60, minutes % 10_000)
    return lat + b",03000.0000,W"


def clock_of(utc_s):
    return b"%02d%02d%02d.000" % (utc_s // 3600 % 24, utc_s // 60 % 60, utc_s % 60)


def gsv(signals):
    bodies = []
    for first in range(0, len(signals), 4):
        cells = [
            b"%02d,45,090,%02d" % (first + 1 + at, cn0)
            for at, cn0 in enumerate(signals[first : first + 4])
        ]
        bodies.append(b"GPGSV,2,%d,08," % (first // 4 + 1) + b",".join(cells))
    return bodies


def epoch(utc_s, north_m, signals):
    """Return a second's sentences: without a fix where north_m is None; GSV each fifth second."""
    clock = clock_of(utc_s)
    if north_m is None:
        bodies = [
            b"GNRMC," + clock + b",V,,,,,,,020326,,,N",
            b"GNGGA," + clock + b",,,,,0,00,,,M,,M,,",
        ]
    else:
        place = angles(north_m)
        bodies = [
            b"GNRMC," + clock + b",A," + place + b",0.01,,020326,,,A",
            b"GNGGA," + clock + b"," + place + b",1,08,1.00,35.0,M,47.0,M,,",
        ]
    if signals is not None and utc_s % 5 == 0:
        bodies += gsv(signals)
    return b"".join(with_checksum(body) for body in bodies)


class Watchdog:
    def feed(self):
        pass


class Config:
    gnss_baud = BAUD


class Noise:
    """Takes the moments, and nothing comes of them."""

    def take_timing(self, us, drbg):
        pass


class FakeTag:
    """What Sampler needs of duty.core.Tag."""

    def __init__(self, clock):
        self.clock = clock
        self.config = Config
        from duty.gap import Gap
        from duty.supervisor import Supervisor

        self.supervisor = Supervisor(Watchdog(), clock)
        self.gap = Gap(clock, 1_000)
        self.is_resting = False
        self.timebase = Timebase(START_S - 86_400)
        self.noise = Noise()
        self.drbg = None
        self.notes = []

    def utc_s(self):
        return self.timebase.utc_s(self.clock.ms())

    def note(self, code, value):
        self.notes.append((code, value))


class Recorder(Assembly):
    """An assembly that keeps (milliseconds, event code, value) of what was said."""

    def __init__(self, clock):
        super().__init__(orders.order().address)
        self.clock = clock
        self.said = []
        self.records = []

    def add(self, kind, entry):
        self.records.append((kind, entry))
        super().add(kind, entry)

    def say(self, code, value, utc_s):
        self.said.append((self.clock.ms(), code, value))
        super().say(code, value, utc_s)


class Run:
    """A chip whose receiver sends this profile, a second each; None is a second of silence."""

    def __init__(
        self, profile, baud=BAUD, at=(), switches=None, zones=NEAR, has_supply=False, **order
    ):
        bursts = [
            (
                LEAD_MS + 1_000 * second,
                epoch(START_S + second, *what) if isinstance(what, tuple) else what,
            )
            for second, what in enumerate(profile)
            if what is not None
        ]
        self.end_ms = 1_000 * len(profile) + LEAD_MS
        self.at = at
        self.sent = io.BytesIO()
        line = mocked.uart(bursts, baud, switches, self.sent)
        line["power_pin"] = POWER if has_supply else None
        mocked.power_on(uarts={0: line, 1: mocked.uart()}, end_ms=1 << 40)
        for name in list(sys.modules):
            if name.split(".")[0] in ("duty", "hal"):
                del sys.modules[name]
        import asyncio

        from duty.sampling import Sampler
        from hal.clock import Clock
        from hal.supply import Supply
        from hal.uart import ReceiverUart

        tag = FakeTag(Clock())
        self.tag = tag
        self.assembly = Recorder(tag.clock)
        in_force = orders.InForce(orders.order(zones, **order))
        self.sampler = Sampler(
            tag,
            in_force,
            (0, 0),
            self.assembly,
            START_S - 86_400,
            supply=Supply(POWER) if has_supply else None,
        )
        self.uart = ReceiverUart(0, 0, 1, BAUD, 2_048)
        self.first_fix_ms = None
        self.rested_s = 0
        asyncio.run(self.go(asyncio))
        self.said = [one[1:] for one in self.assembly.said]

    async def go(self, asyncio):
        task = asyncio.create_task(self.sampler.sample(self.uart, bytearray(2_048)))
        while self.tag.clock.ms() < self.end_ms:
            await asyncio.sleep_ms(250)
            if self.first_fix_ms is None and self.tag.utc_s() is not None:
                self.first_fix_ms = self.tag.clock.ms()
            for at_ms, change in self.at:
                if at_ms - 250 < self.tag.clock.ms() <= at_ms:
                    change(self)
            self.rested_s += self.tag.is_resting / 4
        task.cancel()


HERE, BLIND, DEAF = (0, SKY), (None, SKY), (None, (0,) * 8)


def lower(db):
    return tuple(cn0 - db for cn0 in SKY)


def test_the_first_fix_is_accepted_within_two_minutes_of_a_cold_start():
    run = Run([DEAF] * 100 + [HERE] * 20)
    assert 100_000 <= run.first_fix_ms <= 106_000, run.first_fix_ms
    other_rate = Run([DEAF] * 100 + [HERE] * 20, baud=9_600)
    assert 100_000 <= other_rate.first_fix_ms <= 106_000, other_rate.first_fix_ms
    # A receiver that says nothing at all before its fix, at a rate that has to be found.
    mute = Run([None] * 100 + [HERE] * 80, baud=9_600)
    assert mute.first_fix_ms <= 170_000, mute.first_fix_ms


def test_an_ordinary_hour_says_nothing():
    assert Run([(second % 40, SKY) for second in range(3_600)]).said == []


def test_a_garage_is_loss_of_position_and_no_suspicion():
    fading = [
        (0 if db < 24 else None, (44,) + lower(db)[1:4] + (0,) * 4) for db in range(0, 40, 4)
    ]
    run = Run([HERE] * 300 + fading * 2 + [DEAF] * 1_500 + [HERE] * 900)
    assert run.said == [(events.FIX_LOST, 1), (events.FIX_FOUND, 2)], run.said


def test_a_tunnel_of_a_minute_is_nothing_and_a_long_one_a_loss():
    assert Run([HERE] * 300 + [DEAF] * 60 + [(1_500, SKY)] * 300).said == []
    run = Run([HERE] * 300 + [DEAF] * 400 + [(6_000, SKY)] * 1_000)
    assert run.said == [(events.FIX_LOST, 1), (events.FIX_FOUND, 1)], run.said


def test_a_jam_is_suspected_and_its_loss_of_position_said_too():
    run = Run([HERE] * 300 + [(None, lower(13))] * 400 + [HERE] * 600)
    assert run.said == [
        (events.JAM_SUSPECTED, 3),
        (events.FIX_LOST, 1),
        (events.JAM_OVER, 3),
        (events.FIX_FOUND, 1),
    ], run.said


def test_a_spoofer_is_suspected_by_uniform_signals_and_the_jump():
    run = Run([HERE] * 300 + [(20_000, (41, 41, 42, 42, 42, 43, 43, 42))] * 120)
    assert run.said == [(events.JUMP, 3), (events.SPOOF_SUSPECTED, 32)], run.said


def test_a_receiver_that_falls_silent_is_a_loss_of_another_kind():
    run = Run([HERE] * 300 + [None] * 900 + [HERE] * 900)
    assert run.said == [(events.FIX_LOST, 2), (events.FIX_FOUND, 1)], run.said
    assert run.sampler.receiver() == (receivers.UNKNOWN, BAUD)


def test_a_receiver_that_comes_back_at_another_rate_is_found_again():
    def reset(run):
        port = run.uart._uart._port
        port.receiver.line.change_baud(9_600)
        port.receiver.change_baud(port.baud)

    run = Run([HERE] * 600, at=[(300_000, reset)])
    assert run.sampler.receiver()[1] == 9_600
    assert run.said == [(events.RECEIVER, 9_600)], "it is another one than before"
    assert run.tag.timebase.utc_s(run.tag.clock.ms()) == START_S + 599
    assert run.sampler._epochs.fixes > 500, run.sampler._epochs.fixes


def test_a_wrong_first_date_does_not_stop_the_clock():
    wrong = epoch(START_S, 0, SKY).replace(b",020326,", b",020336,")
    body = wrong[1 : wrong.index(b"*")]
    run = Run([with_checksum(body)] + [HERE] * 30)
    assert run.said == [], run.said
    assert START_S + 25 <= run.tag.utc_s() <= START_S + 32


def test_a_receiver_whose_time_jumps_to_and_fro_floods_nothing():
    def at(utc_s):
        return epoch(utc_s, 0, SKY)

    profile = [HERE] * 60
    for second in range(60, 1_000, 3):
        profile += [at(START_S + 86_400 * 40 + second + more) for more in range(2)] + [HERE]
    run = Run(profile)
    assert len(run.said) <= 12, len(run.said)


ANSWERS = (
    (receivers.PMTK, receivers.sentence(b"PMTK705,AXN_2.31_3339_13101700,5632,PA6H,1.0")),
    (receivers.PAIR, receivers.sentence(b"PAIR001,020,0")),
    (receivers.CASIC, receivers.sentence(b"GPTXT,01,01,02,SW=URANUS5,V5.1.0.0")),
    (
        receivers.UBLOX,
        receivers.ubx(0x0A, 0x04, b"ROM CORE 3.01" + bytes(17) + b"00080000" + bytes(32)),
    ),
    (
        receivers.UBLOX_KEYS,
        receivers.ubx(0x0A, 0x04, b"ROM SPG 5.10" + bytes(18) + b"000A0000" + bytes(32)),
    ),
)


ENDS_SOON = {
    "NOT_AFTER": START_S + 90,
    "REVIEW_BY": START_S + 60,
    "RECIPIENTS": [batch.week_of(START_S), [b"d" * 32], [b"o" * 32], b"w" * 32],
}


class Raw:
    """Bytes in the place of a text: the mock's switches are texts, and UBX is none."""

    def __init__(self, data):
        self.data = data

    def encode(self):
        return self.data


def test_each_kind_is_found_set_up_brought_to_the_rate_and_put_back_at_the_orders_end():
    for kind, answer in ANSWERS:
        generation = receivers.kind_of(answer)[1]
        change = receivers.change_baud(kind, receivers.TARGET_BAUD)
        # The mock cannot answer a question: this receiver says each second what it is.
        profile = [epoch(START_S + second, 0, SKY) + answer for second in range(120)]
        switches = {} if change is None else {Raw(change): receivers.TARGET_BAUD}
        run = Run(profile, 9_600, (), switches, **ENDS_SOON)
        sent = run.sent.getvalue()
        rate = 9_600 if change is None else receivers.TARGET_BAUD
        assert run.sampler.receiver() == (kind, rate), (kind, run.sampler.receiver())
        at = 0
        for message in receivers.set_up(kind, generation, 1_000, False):
            at = sent.find(message, at)
            assert at >= 0, (kind, message)
        last = b"".join(receivers.release(kind))
        assert sent.endswith(last) and sent.count(last) == 1, kind
        assert run.sampler._epochs.fixes >= 80, (kind, run.sampler._epochs.fixes)
        assert run.said == [], (kind, run.said)


def test_a_receiver_that_loses_its_settings_is_set_up_again():
    answer = ANSWERS[0][1]
    change = receivers.change_baud(receivers.PMTK, receivers.TARGET_BAUD)

    def reset(run):
        port = run.uart._uart._port
        port.receiver.line.change_baud(9_600)
        port.receiver.change_baud(port.baud)

    profile = [epoch(START_S + second, 0, SKY) + answer for second in range(300)]
    run = Run(profile, 9_600, [(100_000, reset)], {Raw(change): receivers.TARGET_BAUD})
    assert run.sent.getvalue().count(change) == 2
    assert run.sampler.receiver() == (receivers.PMTK, receivers.TARGET_BAUD)
    assert run.said == []


class CutStrap(Run):
    """Somebody opens the strap in the order's third slot; batches are taken an hour later."""

    async def go(self, asyncio):
        self.at = [(2_000_000, lambda _: self.sampler.tamper(record.STRAP))]
        await super().go(asyncio)

    def alerts(self):
        """Return what an ALERT batch says of it."""
        kept = []
        while self.assembly.has_alert(START_S + 4_000):
            _, _, data = self.assembly.next_batch(batch.ALERT, START_S + 4_000)
            kept += batch.decode(data).records
        return kept


def test_an_opened_strap_is_said_at_once_with_a_position_only_if_the_order_has_it():
    opened = (1_990, 2_010)
    event, located = CutStrap([HERE] * 2_400, EXCEPTIONS=["it was cut before", None]).alerts()
    assert event[2] == events.STRAP_OPENED and opened[0] <= event[1] - START_S <= opened[1]
    assert located[0] == record.LOCATED and located[2] == record.STRAP
    assert 0 <= located[1] - event[1] <= 5, (event, located)
    assert abs(located[4] - orders.LAT) <= 2 and abs(located[5] - orders.LON) <= 2
    (event,) = CutStrap([HERE] * 2_400).alerts()
    assert event[2] == events.STRAP_OPENED


class Resting(Run):
    """Far from every zone; `slots` are those that had the three fixes of a cell."""

    def __init__(self, profile, *args, **changes):
        from tag.cells import Cells

        self.slots = []
        rest = Cells._rest

        def note(cells):
            self.slots.append(cells.slot)
            return rest(cells)

        Cells._rest = note
        try:
            super().__init__(profile, *args, zones=(), **changes)
        finally:
            Cells._rest = rest


def test_far_from_every_zone_the_tag_rests_between_the_fixes_that_are_due():
    run = Resting([HERE] * 4_600)
    assert run.rested_s >= 4_400, run.rested_s
    assert run.sampler._epochs.fixes < 150, run.sampler._epochs.fixes
    counters = run.uart._uart._port.report()
    assert counters["lost_overflow"] == 0, "what is not read would overflow"
    # Each slot has its three fixes but the boot's and the next one.
    assert run.slots == [START_S // 900 + slot for slot in (2, 3, 4, 5)], run.slots
    assert run.said == [], run.said


def test_near_a_zone_every_second_is_heard():
    run = Run([HERE] * 600)
    assert run.rested_s == 0
    assert run.sampler._epochs.fixes >= 590, run.sampler._epochs.fixes


def test_a_jam_is_noticed_when_the_next_fix_is_due():
    # Six slots for a baseline of its C/N0; the jam begins in a rest, and ends the next.
    run = Run([HERE] * 5_500 + [(None, lower(13))] * 1_300, zones=())
    assert run.said == [(events.JAM_SUSPECTED, 3), (events.FIX_LOST, 1)], run.said


def test_a_receiver_whose_supply_was_off_is_found_and_set_up_again():
    answer = ANSWERS[0][1]
    change = receivers.change_baud(receivers.PMTK, receivers.TARGET_BAUD)

    def lose_settings(run):
        port = run.uart._uart._port
        port.receiver.line.change_baud(9_600)
        port.receiver.change_baud(port.baud)

    profile = [epoch(START_S + second, 0, SKY) + answer for second in range(4_600)]
    # While it is off, at the maker's rate again when it is back: no slot may miss its cell.
    run = Resting(
        profile,
        9_600,
        [(at_ms, lose_settings) for at_ms in (500_000, 1_400_000, 2_300_000)],
        {Raw(change): receivers.TARGET_BAUD},
        has_supply=True,
    )
    assert run.rested_s >= 3_600, run.rested_s
    assert run.sent.getvalue().count(change) == 4, run.sent.getvalue().count(change)
    assert run.slots == [START_S // 900 + slot for slot in (2, 3, 4, 5)], run.slots
    assert run.said == [], run.said


def test_a_strap_that_is_cut_before_there_is_a_time_is_said_and_stamped_later():
    cut = [(30_000, lambda run: run.sampler.tamper(record.STRAP))]
    run = Run([DEAF] * 100 + [HERE] * 20, at=cut)
    assert run.tag.notes == [(events.OPENED_UNTIMED, record.STRAP)]
    (kind, entry), *more = run.assembly.records
    assert (kind, entry[0], entry[2], more) == (batch.ALERT, record.EVENT, events.STRAP_OPENED, [])
    assert abs(entry[1] - (START_S + 29)) <= 2, entry[1] - START_S
