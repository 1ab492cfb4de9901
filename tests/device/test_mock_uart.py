"""The mocked UART: bytes at the line's rate, and every way in which the chip loses them."""
# path: host_tools/reticent/sim/mock

import mocked

BYTE_US = 10_000_000 / 9600
TEXT = b"$GPGGA,not a sentence but as long as one,0,0,0,0,0,0,0,0,0,0*00\r\n"


def _uart(bursts, uart=0, baud=9600, switches=None, sent=None, **settings):
    """Switch on a chip whose UART gets these bursts; return clock, UART and counters."""
    clock = mocked.power_on(
        uarts={uart: mocked.uart(bursts, baud, switches, sent), 1 - uart: mocked.uart()}
    )
    import machine

    port = machine.UART(uart, 9600, **settings)
    return clock, port, port._port.report


def test_bytes_arrive_at_the_lines_rate():
    clock, uart, _ = _uart([(100, TEXT)])
    for count in (0, 1, 7, len(TEXT)):
        clock.advance_to(100_000 + int(count * BYTE_US) + 1)
        assert uart.any() == count, (count, uart.any())
    clock.advance(1_000_000)
    assert uart.any() == len(TEXT)
    assert uart.read(len(TEXT)) == TEXT


def test_a_byte_is_not_there_before_its_last_bit():
    clock, uart, _ = _uart([(0, TEXT)])
    clock.advance_to(int(BYTE_US))
    assert uart.any() == 0
    clock.advance(2)
    assert uart.any() == 1


def test_a_burst_queues_behind_the_one_on_the_line():
    clock, uart, _ = _uart([(0, b"a" * 96), (50, b"b" * 96)])
    clock.advance_to(100_001)
    assert uart.read(96) == b"a" * 96
    clock.advance_to(150_001)
    assert uart.any() == 48
    clock.advance_to(200_001)
    assert uart.read(96) == b"b" * 96


def test_a_full_buffer_and_fifo_lose_the_newest_bytes():
    clock, uart, report = _uart([(0, bytes(range(256)) * 2)])
    clock.advance(1_000_000)
    assert uart.any() == 256, "the FIFO's bytes are behind the buffer"
    assert uart.read(256) == bytes(range(256))
    assert uart.any() == 32
    assert uart.read(32) == bytes(range(32))
    assert uart.any() == 0
    assert report()["lost_overflow"] == 512 - 288
    assert report()["received"] == report()["delivered"] == 288


def test_a_larger_buffer_loses_nothing():
    clock, uart, report = _uart([(0, bytes(512))], rxbuf=2048)
    clock.advance(1_000_000)
    assert uart.any() == 512
    assert report()["lost_overflow"] == 0


def test_the_buffer_survives_wrapping_around():
    bursts = [(i * 100, bytes([i % 256]) * 70) for i in range(50)]
    clock, uart, report = _uart(bursts, rxbuf=100)
    got = b""
    for i in range(50):
        clock.advance(100_000)
        n = uart.any()
        # Leave some unread each time, so that what is kept must move.
        got += uart.read(n if i == 49 else n - 20 + i % 20) or b""
    assert got == b"".join(data for _, data in bursts), len(got)
    assert report()["lost_overflow"] == 0


def test_a_flash_erase_loses_all_but_the_fifo():
    clock, uart, report = _uart([(0, bytes(range(96)))], baud=9600)
    import rp2

    clock.advance_to(10_000)  # 9 bytes
    rp2.Flash().ioctl(6, 0)  # 45 ms: 43 bytes more, 32 kept
    assert uart.any() == 9 + 32
    assert uart.read(41) == bytes(range(41))
    clock.advance(1_000_000)
    assert uart.read(96) == bytes(range(52, 96))
    assert report()["lost_irq_off"] == 11


def test_disabled_interrupts_leave_the_fifo_alone():
    clock, uart, report = _uart([(0, bytes(range(96)))])
    import machine

    state = machine.disable_irq()
    clock.advance(200_000)
    machine.enable_irq(state)
    assert uart.any() == 32
    assert report()["lost_irq_off"] == 64


def test_a_program_is_too_short_to_lose_a_byte():
    clock, _, report = _uart([(0, TEXT)])
    import rp2

    clock.advance(20_000)
    rp2.Flash().writeblocks(0, bytes(256), 0)
    assert report()["lost_irq_off"] == 0


def test_readinto_waits_as_long_as_bytes_come():
    clock, uart, _ = _uart([(0, TEXT)])
    clock.advance_to(10_000)
    buffer = bytearray(256)
    assert uart.readinto(buffer) == len(TEXT)
    assert bytes(buffer[: len(TEXT)]) == TEXT
    waited_ms = clock.now_us / 1000 - len(TEXT) * BYTE_US / 1000
    assert 1 <= waited_ms <= 4, waited_ms


def test_readinto_of_what_is_there_does_not_wait():
    clock, uart, _ = _uart([(0, TEXT)])
    clock.advance_to(20_000)
    count = uart.any()
    assert uart.readinto(bytearray(256), count) == count
    assert clock.now_us == 20_000


def test_a_read_of_nothing_returns_none():
    _, uart, _ = _uart([])
    assert uart.read() is None
    assert uart.read(5) is None
    assert uart.readline() is None
    assert uart.readinto(bytearray(8)) is None


def test_a_timeout_waits_for_the_first_byte():
    clock, uart, _ = _uart([(400, b"late")], timeout=500)
    assert uart.read() == b"late"
    assert 400_000 < clock.now_us < 1_000_000
    clock, uart, _ = _uart([(900, b"too late")], timeout=500)
    assert uart.read(8) is None
    assert 500_000 <= clock.now_us <= 501_000


def test_readline_stops_at_the_line_and_gives_what_there_is():
    clock, uart, _ = _uart([(0, b"one\ntwo")])
    clock.advance(500_000)
    assert uart.readline() == b"one\n"
    assert uart.readline() == b"two"
    assert uart.readline() is None


def test_what_came_before_the_uart_was_opened_is_gone():
    clock = mocked.power_on(uarts={0: mocked.uart([(0, TEXT), (500, b"new")])})
    import machine

    clock.advance(300_000)
    uart = machine.UART(0, 9600)
    clock.advance(300_000)
    assert uart.read(100) == b"new"
    assert uart._port.report()["lost_closed"] == len(TEXT)


def test_another_init_keeps_what_is_in_the_buffer_and_a_new_size_does_not():
    clock, uart, _ = _uart([(0, TEXT), (200, TEXT)])
    clock.advance(150_000)
    uart.init(timeout=3)
    assert uart.any() == len(TEXT)
    uart.init(rxbuf=2048)
    assert uart.any() == 0
    clock.advance(150_000)
    assert uart.any() == len(TEXT)


def test_another_rate_gives_garbage():
    clock, uart, report = _uart([(0, TEXT)], baud=38400)
    clock.advance(500_000)
    assert uart.any() == len(TEXT)
    assert uart.read(len(TEXT)) != TEXT
    assert report()["garbled"] == len(TEXT)


def test_a_rate_three_percent_off_is_understood():
    clock, uart, report = _uart([(0, TEXT)], baud=9800)
    clock.advance(500_000)
    assert uart.read(len(TEXT)) == TEXT
    assert report()["garbled"] == 0


def test_the_other_end_changes_its_rate_when_told():
    command = b"$PMTK251,38400*27\r\n"
    clock, uart, report = _uart([(0, TEXT), (1000, TEXT)], switches={command.decode(): 38400})
    clock.advance(500_000)
    assert uart.read(100) == TEXT
    uart.write(command)
    uart.flush()
    uart.init(38400)
    clock.advance_to(1_000_000 + len(TEXT) * 10_000_000 // 38400 + 1)
    assert uart.read(len(TEXT)) == TEXT
    assert report()["garbled"] == 0


def test_lightsleep_stops_the_receiver():
    clock, uart, report = _uart([(0, TEXT), (500, TEXT)])
    import machine

    machine.lightsleep(300)
    assert clock.now_us == 300_000
    assert uart.any() == 0
    assert report()["lost_asleep"] == len(TEXT)
    clock.advance(300_000)
    assert uart.any() == len(TEXT)


def test_writing_takes_the_lines_time():
    clock, uart, report = _uart([])
    assert uart.write(b"x" * 96) == 96
    assert not uart.txdone()
    uart.flush()
    assert uart.txdone()
    assert 100_000 <= clock.now_us < 101_000
    assert report()["sent"] == 96


def test_a_full_transmit_buffer_writes_in_part_or_waits():
    clock, uart, _ = _uart([], txbuf=32)
    assert uart.write(bytes(100)) == 64, "at 9600 baud a byte takes longer than no timeout"
    assert uart.write(b"y") is None
    clock, uart, _ = _uart([], txbuf=32, timeout=5)
    assert uart.write(bytes(100)) == 100
    assert 36 * BYTE_US <= clock.now_us <= 38 * BYTE_US


def test_asyncio_wakes_when_a_byte_is_there():
    clock, uart, _ = _uart([(700, b"line\n"), (900, b"end\n")])
    import asyncio

    async def read():
        reader = asyncio.StreamReader(uart)
        seen = []
        for _ in range(2):
            seen.append((await reader.readline(), clock.now_us // 1000))
        return seen

    (first, first_ms), (second, second_ms) = asyncio.run(read())
    assert (first, second) == (b"line\n", b"end\n")
    assert 700 <= first_ms <= 712, first_ms
    assert 900 <= second_ms <= 912, second_ms


def test_a_loop_that_only_asks_comes_to_an_end():
    _, uart, _ = _uart([(2, b"x")])
    while not uart.any():
        pass
    assert uart.read(1) == b"x"
