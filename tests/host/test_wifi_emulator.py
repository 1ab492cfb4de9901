"""The emulated Pico W's own parts, without a UF2: core, bus, network, heap, mends, figures.

The whole rung runs where RETICENT_UF2_PICO_W names an official build of RPI_PICO_W.
"""

import asyncio
import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

EMULATOR = Path(__file__).parents[2] / "emulator"
sys.path.append(str(EMULATOR))
import emulate_wifi
import needs
import wifi_compare
import wifi_core
import wifi_drive
import wifi_gspi
import wifi_heap
import wifi_mends
import wifi_network
import wifi_tag
from rp2040py.clock.simulation_clock import SimulationClock
from rp2040py.external.cyw43 import net
from rp2040py.external.cyw43.bus import GSPIBus
from rp2040py.external.cyw43.nat import GATEWAY_IP, GATEWAY_MAC, GUEST_IP
from rp2040py.rp2040 import RP2040
from wifi_compare import RAM, Bench
from wifi_core import C, N, V, Z

HOST = "collector.test"
MAC = bytes((2, 0, 0, 0, 0, 2))
STEP = 8.0  # nanoseconds a cycle


@pytest.fixture(scope="module")
def chip():
    return wifi_compare.quiet_chip()


def test_the_quick_core_does_what_the_packages_core_does(chip):
    ours, wrong = wifi_compare.compare(chip, 6_000)
    assert wrong == []
    assert ours > 4_000


def test_compiled_it_does_the_same():
    if not needs.RP2040PY.is_file():
        pytest.skip("numba is missing: make emulator/.ready")
    command = [needs.RP2040PY, EMULATOR / "wifi_compare.py", "30000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", compiled, 0 differ" in done.stdout


# Shifts by a register (ARMv6-M, A2.2.1): value, count, result, carry (None: as it was).
SHIFTS = [
    (0x4088, 0x8000_0001, 0, 0x8000_0001, None),  # LSLS
    (0x4088, 3, 32, 0, 1),
    (0x4088, 3, 33, 0, 0),
    (0x40C8, 0x8000_0001, 0, 0x8000_0001, None),  # LSRS
    (0x40C8, 0x8000_0000, 32, 0, 1),
    (0x40C8, 0x8000_0000, 33, 0, 0),
    (0x4108, 0x8000_0000, 0, 0x8000_0000, None),  # ASRS
    (0x4108, 0x8000_0000, 200, 0xFFFF_FFFF, 1),
    (0x41C8, 0x8000_0001, 0, 0x8000_0001, None),  # RORS
    (0x41C8, 0x8000_0001, 32, 0x8000_0001, 1),
    (0x41C8, 0x0000_0002, 33, 0x0000_0001, 0),
]


@pytest.mark.parametrize(("opcode", "value", "count", "result", "carry"), SHIFTS)
@pytest.mark.parametrize("before", [0, C])
def test_a_shift_by_a_register(chip, opcode, value, count, result, carry, before):
    bench = Bench(chip)
    bench.lay([value, count, *[0] * 14], before, RAM + 0x1000, opcode)
    assert bench.quick() == 1
    after = int(bench.state[wifi_core.FLAGS])
    assert int(bench.regs[0]) == result
    assert bool(after & C) == (bool(before) if carry is None else bool(carry))
    assert bool(after & N) == bool(result >> 31)
    assert bool(after & Z) == (result == 0)


# ADCS, SBCS r0, r1 (A6.7.1, A6.7.65): left, right, carry before, result, flags.
CARRIES = [
    (0x4148, 0x7FFF_FFFF, 0, C, 0x8000_0000, N | V),
    (0x4148, 0x7FFF_FFFF, 0x8000_0000, C, 0, Z | C),
    (0x4148, 0xFFFF_FFFF, 0, C, 0, Z | C),
    (0x4188, 0, 0x7FFF_FFFF, 0, 0x8000_0000, N),
    (0x4188, 0x8000_0000, 0x7FFF_FFFF, 0, 0, Z | C | V),
    (0x4188, 0x7FFF_FFFF, 0x7FFF_FFFF, 0, 0xFFFF_FFFF, N),
]


@pytest.mark.parametrize(("opcode", "left", "right", "carry", "result", "flags"), CARRIES)
def test_an_addition_with_carry_overflows_as_the_manual_says(
    chip, opcode, left, right, carry, result, flags
):
    bench = Bench(chip)
    bench.lay([left, right, *[0] * 14], carry, RAM + 0x1000, opcode)
    assert bench.quick() == 1
    assert (int(bench.regs[0]), int(bench.state[wifi_core.FLAGS])) == (result, flags)


@pytest.mark.parametrize(
    ("signed", "left", "right", "quotient", "remainder"),
    [
        (0, 7, 2, 3, 1),
        (0, 0xFFFF_FFFF, 10, 0x1999_9999, 5),
        (1, -7, 2, -3, -1),
        (1, 7, -2, -3, 1),
        (1, -8, -2, 4, 0),
        (0, 5, 0, -1, 5),
        (1, -5, 0, 1, -5),
    ],
)
def test_the_divider_is_one_for_both_cores(chip, signed, left, right, quotient, remainder):
    bench = Bench(chip)
    wifi_drive.share_sio(chip.sio, bench.state)
    divider = 0xD000_0060 + 8 * signed
    word = 0xFFFF_FFFF
    bench.lay([divider, left & word, right & word, *[0] * 13], 0, RAM + 0x1000, 0x6001, 0x6042)
    assert bench.quick(2) == 2  # STR r1, [r0]; STR r2, [r0, #4]
    read = [chip.read_uint32(0xD000_0060 + at) for at in (0x10, 0x14, 0x18)]
    assert read == [quotient & word, remainder & word, 1], (
        "and the quotient's reading clears DIRTY"
    )


def test_a_spin_lock_is_taken_once_whichever_core_asks(chip):
    bench = Bench(chip)
    wifi_drive.share_sio(chip.sio, bench.state)
    lock = 0xD000_0108
    bench.lay([lock, *[0] * 15], 0, RAM + 0x1000, 0x6801, 0x6802, 0x6003)
    bench.quick(2)
    assert (int(bench.regs[1]), int(bench.regs[2])) == (1 << 2, 0)
    assert chip.read_uint32(lock) == 0
    bench.quick(1)  # STR: free again
    assert chip.read_uint32(lock) == 1 << 2
    chip.write_uint32(lock, 0)


def test_the_radios_bus_answers_word_by_word():
    words = wifi_gspi.Words(GSPIBus())
    words._bus._on_cs_change(True)
    words.put(0xA004_4000)  # read the test register, halves swapped as after power-on
    assert words.get() == 0xBEAD_FEED
    assert words.get() == 0


def test_a_transfer_is_done_when_its_machine_is_switched_on():
    mcu, bus = RP2040(), GSPIBus()
    bus._on_cs_change(True)
    quick = wifi_gspi.quicken(mcu, bus)[0]
    machine = mcu.pio[0].machines[0]
    machine.x, machine.y, machine.pin_ctrl = 31, 31, wifi_gspi._CLOCK_PIN << 10
    mcu.write_uint32(RAM, 0x0040_04A0)
    pio, dma = 0x5020_0000, 0x5000_0000
    swapped, word, enabled = 1 << 22, 2 << 2, 1
    for channel, (source, target, dreq, step) in enumerate(
        [
            (RAM, pio + 0x10, machine.dreq_tx, 1 << 4),
            (pio + 0x20, RAM + 4, machine.dreq_rx, 1 << 5),
        ]
    ):
        base = dma + 0x40 * channel
        mcu.write_uint32(base, source)
        mcu.write_uint32(base + 4, target)
        mcu.write_uint32(base + 8, 1)
        how = swapped | word | enabled | step | dreq << 15 | channel << 11
        mcu.write_uint32(base + 12, how)
    before_ns = mcu.clock.nanos
    mcu.write_uint32(pio + 0x2000, 1)  # CTRL, set
    assert mcu.read_uint32(RAM + 4) == 0xEDFE_ADBE
    assert quick.transfers == 1
    assert mcu.clock.nanos - before_ns == 64 * 4 * STEP
    mcu.write_uint32(pio + 8, 1 << 24)
    assert mcu.read_uint32(pio + 8) >> 24 & 1, "the machine still waits for more"
    assert not any(channel.active for channel in mcu.dma.channels)


def test_free_blocks_are_counted_where_the_heaps_table_says():
    ram = bytearray(0x42000)
    heap = wifi_heap.Heap(ram)
    assert heap.free() is None
    size, table = 3_000, RAM + 0x5000
    pool = table + size + size // 2 + 100
    area = struct.pack("<5I", table, size, table + size, pool, pool + 64 * size)
    ram[0x3000 : 0x3000 + len(area)] = area
    ram[0x5000 : 0x5000 + size] = bytes([0xFF]) * size
    assert heap.free() == 0
    ram[0x5000], ram[0x5001] = 0b00_01_10_00, 0
    assert heap.free() == 16 * (2 + 4)


def query(name, kind=1):
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + labels + b"\0" + struct.pack(">HH", kind, 1)


def test_only_the_collectors_name_has_an_address():
    known = wifi_network.answer_name(query(HOST), HOST)
    assert known[:2] == b"\x12\x34" and known[-4:] == wifi_network.COLLECTOR_IP
    assert struct.unpack(">HHH", known[2:8]) == (0x8180, 1, 1)
    other = wifi_network.answer_name(query("example.org"), HOST)
    assert struct.unpack(">HHH", other[2:8]) == (0x8183, 1, 0)
    assert struct.unpack(">HHH", wifi_network.answer_name(query(HOST, 28), HOST)[2:8]) == (
        (0x8180, 1, 0)
    )


class Air:
    """A network, what it sends to the chip, and what it notes."""

    def __init__(self):
        self.frames, self.notes = [], []
        self.tasks = []
        mcu = SimpleNamespace(schedule_threadsafe=self.tasks.append)
        note = self.notes.append
        self.network = wifi_network.Network(mcu, self.frames.append, HOST, note)

    def send(self, target, protocol, payload):
        packet = net.pack_ipv4(GUEST_IP, target, protocol, payload)
        frame = net.pack_ethernet(GATEWAY_MAC, MAC, net.ETHERTYPE_IPV4, packet)
        self.network.handle_outbound_ethernet_frame(frame)

    def tcp(self, target, flags, port=443, payload=b""):
        kind = {
            "seq": 7,
            "ack": 0,
            "flags": flags,
            "window": 4096,
            "payload": payload,
            "mss": None,
        }
        segment = net.pack_tcp(GUEST_IP, target, 50_000, port, **kind)
        self.send(target, net.IP_PROTO_TCP, segment)

    def ip(self, number=-1):
        return net.parse_ipv4(net.parse_ethernet(self.frames[number]).payload)


def test_a_name_is_asked_of_the_gateway_and_no_other_datagram_gets_anywhere():
    air = Air()
    ask = net.pack_udp(GUEST_IP, GATEWAY_IP, 40_000, 53, query(HOST))
    air.send(GATEWAY_IP, net.IP_PROTO_UDP, ask)
    answer = net.parse_udp(air.ip().payload)
    assert (answer.src_port, answer.dst_port) == (53, 40_000)
    assert answer.payload[-4:] == wifi_network.COLLECTOR_IP
    out = bytes((8, 8, 8, 8))
    air.send(out, net.IP_PROTO_UDP, net.pack_udp(GUEST_IP, out, 40_000, 123, b"time?"))
    assert (len(air.frames), air.tasks) == (1, [])
    assert air.notes == ["sent udp 53", "got udp 53", "sent udp 123"]


def test_a_connection_to_anybody_but_the_collector_is_refused():
    async def scene():
        air, met = Air(), []
        async with await asyncio.start_server(lambda *_: met.append(1), "127.0.0.1", 0) as server:
            air.tcp(bytes((1, 1, 1, 1)), net.TCP_SYN, server.sockets[0].getsockname()[1])
            assert air.network.is_open
            await air.tasks.pop()
        return air, met

    air, met = asyncio.run(scene())
    assert net.parse_tcp(air.ip().payload).flags & net.TCP_RST
    assert not air.network.is_open and not met
    assert air.notes == ["sent syn", "got end"]


def test_the_collector_is_this_machines_loopback():
    async def scene():
        async def serve(reader, writer):
            writer.write(await reader.read(5))
            await writer.drain()
            writer.close()

        air = Air()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            air.tcp(wifi_network.COLLECTOR_IP, net.TCP_SYN, port)
            pump = asyncio.create_task(air.tasks.pop())
            while not air.frames:
                await asyncio.sleep(0.01)
            first = net.parse_tcp(air.ip().payload)
            flow = {
                "seq": 8,
                "ack": first.seq + 1,
                "flags": net.TCP_ACK,
                "window": 4096,
                "mss": None,
            }
            hello = bytes((wifi_network._HANDSHAKE, 3, 3, 0, 0))
            segment = net.pack_tcp(
                GUEST_IP, wifi_network.COLLECTOR_IP, 50_000, port, payload=hello, **flow
            )
            air.send(wifi_network.COLLECTOR_IP, net.IP_PROTO_TCP, segment)
            await pump
        return air, hello

    air, hello = asyncio.run(scene())
    answers = [net.parse_tcp(air.ip(i).payload) for i in range(len(air.frames))]
    assert hello in [answer.payload for answer in answers]
    steps = ["sent syn", "got syn", "sent handshake", "got handshake", "got end"]
    assert air.notes == steps


def test_a_peer_that_is_gone_ends_nothing():
    def gone():
        raise OSError(107)

    writer = SimpleNamespace(write_eof=gone)
    wifi_mends.mend_end(writer)
    writer.write_eof()
    broken = SimpleNamespace(write_eof=lambda: 1 // 0)
    wifi_mends.mend_end(broken)
    with pytest.raises(ZeroDivisionError):
        broken.write_eof()


def test_a_sent_byte_interrupts_once():
    uart = RP2040().uart[0]
    wifi_mends.mend_uart(uart)
    raised = []
    uart.rp2040 = SimpleNamespace(set_interrupt=lambda irq, on: raised.append(on))
    uart._interrupt_mask = wifi_mends._TX_INTERRUPT
    uart.check_interrupts()
    uart.write_uint32(0, 65)
    assert raised == [False, True]
    uart.raw_write_value = wifi_mends._TX_INTERRUPT
    uart.write_uint32(0x44, wifi_mends._TX_INTERRUPT)
    assert raised[-1] is False


def test_the_console_answers_the_control_endpoint_only():
    answered = []
    usb = SimpleNamespace(on_endpoint_read=lambda endpoint, size: answered.append(endpoint))
    wifi_mends.mend_console(SimpleNamespace(usb=usb))
    for endpoint in (0, 1, 2):
        usb.on_endpoint_read(endpoint, 64)
    assert answered == [0]


def test_noise_is_there_and_repeats():
    def draw(seed):
        mcu = RP2040()
        wifi_mends.mend_noise(mcu, seed)
        oscillator = mcu.peripherals[wifi_mends._ROSC]
        bits = [oscillator.read_uint32(0x1C) for _ in range(64)]
        return bits, [mcu.adc.channel_values[4] for _ in range(16)]

    bits, values = draw(1)
    assert set(bits) == {0, 1} and len(set(values)) > 2
    assert draw(1) == (bits, values) != draw(2)


def test_the_chip_waits_for_the_wall_only_while_a_connection_is_open():
    wall = [100.0]
    pace = wifi_mends.Pace(lambda: wall[0])
    assert pace.wait_s(50, False) == 0
    assert pace.wait_s(50, True) == 0
    assert pace.wait_s(52, True) == 2  # it slept
    wall[0] += 5
    assert pace.wait_s(53, True) == 0
    assert pace.wait_s(54, True) == 1, "what it was too slow for is gone"
    assert pace.wait_s(90, False) == 0


@pytest.mark.parametrize(("rate", "heard"), [(9_600, 3), (38_400, 0)])
def test_a_receivers_bytes_come_at_its_rate_and_are_heard_at_no_other(tmp_path, rate, heard):
    clock, got = SimulationClock(), []
    uart = SimpleNamespace(
        enabled=True,
        baud_divider=wifi_tag._UART_HZ / (16 * rate),
        rx_fifo=SimpleNamespace(full=False),
        feed_byte=lambda byte: got.append((byte, clock.nanos)),
    )
    (tmp_path / "feed").write_bytes(struct.pack("<QI", 2, 3) + b"$GP")
    feed = wifi_tag.Feed(clock, uart, 9_600, tmp_path / "feed")
    for _ in range(10):
        clock.tick(1e6)
    assert (len(got), feed.lost_off, feed.lost_full) == (heard, 3 - heard, 0)
    if heard:
        assert [round(at - 2e6) for _, at in got] == [1_041_667, 2_083_333, 3_125_000]


def test_each_connections_steps_are_told_apart():
    steps = [(5, "radio on"), (9, "got udp 67"), (10, "sent syn"), (12, "got syn")]
    steps += [(13, "sent handshake"), (40, "sent data"), (55, "got end"), (56, "sent end")]
    steps += [(70, "sent syn"), (75, "got end")]
    assert emulate_wifi.sessions(steps) == [
        {"at_ms": 10, "tls_ms": 30, "post_ms": 15},
        {"at_ms": 70, "tls_ms": 5},
    ]


def found(**changed):
    summary = {"routine_envelopes": 1, "alert_envelopes": 5}
    figures = {"boot_s": 7.0, "sessions": [{"at_ms": 1, "tls_ms": 2, "post_ms": 3}]}
    return figures | {"summary": summary, "newer_order_in_force": True} | changed


@pytest.mark.parametrize(
    ("changed", "stays", "fault"),
    [
        ({}, 0, None),
        ({}, 5, None),
        ({}, 6, "nothing that was acked was removed"),
        ({"boot_s": None}, 0, "it never listened to its receiver"),
        ({"sessions": []}, 0, "nothing was posted"),
        ({"sessions": [{"at_ms": 1, "tls_ms": 2}]}, 0, "nothing was posted"),
        ({"newer_order_in_force": False}, 0, "the newer order is not in force"),
    ],
)
def test_what_a_tag_with_a_network_has_to_do_is_asked_for(changed, stays, fault):
    assert emulate_wifi.network_faults(found(**changed), stays) == ([fault] if fault else [])


def test_without_a_build_it_says_so_and_ends(tmp_path):
    command = [sys.executable, EMULATOR / "emulate_wifi.py", "--uf2", tmp_path / "none.uf2"]
    command += ["--out", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"emulate: skipped: an official UF2 of RPI_PICO_W at {tmp_path}/none.uf2 is missing\n"
    )


def test_the_whole_way_on_an_emulated_pico_w(tmp_path):
    uf2 = os.environ.get("RETICENT_UF2_PICO_W")
    if uf2 is None:
        pytest.skip("RETICENT_UF2_PICO_W names no official build of RPI_PICO_W")
    command = [sys.executable, EMULATOR / "emulate_wifi.py", "--uf2", uf2, "--out", tmp_path]
    done = subprocess.run(
        [*command, "--only", "times"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    measured = json.loads((tmp_path / "times" / "measured.json").read_text())
    assert measured["resets"] == 0
    assert "sent data" in [what for _, what in measured["steps"]]
