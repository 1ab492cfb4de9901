"""A simulated chip from power-on to its end: lives, flash, heap, and what the firmware may see."""

from __future__ import annotations

import itertools
import signal
import time
from dataclasses import replace

import pytest

from reticent.sim import runner
from reticent.sim.feed import write_feed
from reticent.sim.image import read_image
from reticent.sim.world import Board, Change, Uart
from simulated import SMALL, simulation


def test_it_runs_main_until_the_virtual_end(tmp_path):
    made = simulation(
        tmp_path,
        """
        import asyncio, time
        async def main():
            while True:
                print("tick", time.ticks_ms())
                await asyncio.sleep(20)
        asyncio.run(main())
        """,
    )
    report = made.run()
    assert made.lines == ["tick 0", "tick 20000", "tick 40000"]
    assert (report.stops, report.end_ms) == (["end"], 60_000)


@pytest.mark.parametrize(
    ("reset", "reason", "at_ms"),
    [
        ("machine.reset()", "reset", 1000),
        ("time.sleep(9)", "watchdog", 8000),
        ("machine.lightsleep(9000)", "watchdog", 8000),
        ("raise ValueError", "watchdog", 8000),
    ],
)
def test_a_reset_keeps_the_flash_and_the_worlds_time_and_no_more(tmp_path, reset, reason, at_ms):
    made = simulation(
        tmp_path,
        f"""
        import machine, os, time
        print(machine.reset_cause(), time.ticks_ms(), time.gmtime()[0], "seen" in os.listdir())
        if machine.reset_cause() == machine.PWRON_RESET:
            machine.RTC().datetime((2026, 5, 1, 4, 12, 0, 0, 0))
            open("seen", "w").close()
            machine.WDT(timeout=8000)
            time.sleep(1)
            {reset}
        """,
    )
    report = made.run()
    printed = [line for line in made.lines if line[0].isdigit()]
    assert printed == ["1 0 2021 False", "3 0 2021 True"]
    assert report.stops == [reason, "returned"]
    assert at_ms <= report.end_ms < at_ms + 200, "flash operations take time too"


def test_restarts_are_bounded(tmp_path):
    made = simulation(tmp_path, "import machine; machine.reset()", chip={"max_restarts": 3})
    assert made.run().stops == ["reset"] * 4


def test_power_may_die_in_any_flash_operation(tmp_path):
    main = """
        import os
        print(sorted(os.listdir()))
        for i in range(4):
            with open("new", "w") as f:
                f.write(str(i) * 3000)
            os.rename("new", "kept")
        """
    for cut_at_op in itertools.count(1):
        made = simulation(tmp_path, main, cut_at_op=cut_at_op)
        report = made.run()
        if report.stop == "returned":
            break
        assert (report.stop, report.flash_ops) == ("power cut", cut_at_op)
        kept = read_image(made.flash).get("kept", b"")
        assert kept in (b"", b"0" * 3000, b"1" * 3000, b"2" * 3000, b"3" * 3000), cut_at_op
        assert made.run().stops == ["power cut", "returned"]
        assert read_image(made.flash)["kept"] == b"3" * 3000
    assert cut_at_op > 30


def test_the_firmware_sees_nothing_of_the_host(tmp_path):
    made = simulation(
        tmp_path,
        """
        import os, sys
        def refused(*calls):
            for call in calls:
                try:
                    print("allowed", call())
                except (OSError, ImportError, AttributeError) as error:
                    print(type(error).__name__)
        import time, uselect, vfs, uos
        print(os.listdir("/"), os.getcwd(), sys.path)
        refused(
            lambda: open("/etc/passwd"),
            lambda: open("../etc/passwd"),
            lambda: os.stat("/tmp"),
            lambda: __import__("world"),
            lambda: __import__("clock"),
            lambda: __import__("termios"),
            lambda: vfs.VfsPosix,
            lambda: uos.VfsPosix,
            lambda: os.system,
        )
        """,
    )
    made.run()
    assert made.lines[0] == "['main.py'] / ['', '.frozen', '/lib']"
    assert made.lines[1:] == ["OSError"] * 3 + ["ImportError"] * 3 + ["AttributeError"] * 3


def test_modules_are_found_on_the_flash(tmp_path):
    made = simulation(
        tmp_path,
        "import world, thing.part; print(world.NAME, thing.part.NAME)",
        files={"lib/world.py": b"NAME = 'ours'", "lib/thing/part.py": b"NAME = 'part'"},
    )
    made.run()
    assert made.lines == ["ours part"]


def test_boot_runs_before_main_in_the_same_names(tmp_path):
    made = simulation(tmp_path, "print(name, __name__)", files={"boot.py": b"name = 'boot'"})
    made.run()
    assert made.lines == ["boot __main__"]


def test_a_board_without_radio_has_no_network(tmp_path):
    made = simulation(
        tmp_path,
        """
        for name in ("network", "socket", "ssl", "tls", "usocket"):
            try:
                print(__import__(name))
            except ImportError:
                print("none")
        """,
        board=replace(SMALL, has_wifi=False),
    )
    made.run()
    assert made.lines == ["none"] * 5


def test_a_flash_that_does_not_mount_is_reported_and_not_formatted(tmp_path):
    made = simulation(tmp_path, "")
    made.flash.write_bytes(b"\xff" * 24 * 4096)
    report = made.run()
    assert (report.stop, report.flash_ops) == ("mount failed", 0)
    assert made.flash.read_bytes() == b"\xff" * 24 * 4096


def test_an_uncaught_exception_is_printed_and_reported(tmp_path):
    made = simulation(tmp_path, "raise ValueError('what went wrong')")
    assert made.run().stop == "exception"
    assert made.lines[-1] == "ValueError: what went wrong"


def test_a_full_heap_is_still_reported(tmp_path):
    made = simulation(tmp_path, "keep = []\nwhile True:\n    keep.append(bytes(1000) + b'')")
    assert made.run().stop == "exception"
    assert made.lines[-1].startswith("MemoryError")


def test_the_firmware_gets_the_boards_heap(tmp_path):
    made = simulation(tmp_path, "import gc; gc.collect(); print(gc.mem_free())", board=Board())
    report = made.run()
    assert 0 <= runner.MOCK_HEAP_BYTES - report.heap_mock < 2000, report.heap_mock
    free = int(made.lines[0])
    # asyncio, which the chip imports for itself, is the firmware's to pay.
    assert 0.97 < free / (2 * Board().heap_bytes) <= 1, free


def test_a_uart_its_pins_and_what_is_sent(tmp_path):
    write_feed(tmp_path / "feed", ((i * 500, b"$" + b"x" * 69) for i in range(7200 * 2)))
    made = simulation(
        tmp_path,
        """
        import asyncio, machine
        uart = machine.UART(0, 9600, rxbuf=2048)
        led = machine.Pin(15, machine.Pin.OUT)
        buf = bytearray(512)
        uart.write("hello\\r\\n")
        async def main():
            while True:
                await asyncio.sleep_ms(250)
                n = uart.any()
                if n:
                    uart.readinto(buf, n)
                    led.toggle()
        asyncio.run(main())
        """,
        uarts={0: Uart(tmp_path / "feed", sent=tmp_path / "sent")},
        history=tmp_path / "history",
        end_ms=3_600_000,
    )
    uart = made.run().uarts[0]
    assert uart.received == 7200 * 70
    assert uart.received - uart.delivered < 140
    assert uart.lost_overflow == uart.lost_irq_off == uart.garbled == 0
    assert (tmp_path / "sent").read_bytes() == b"hello\r\n"
    history = (tmp_path / "history").read_text().splitlines()
    assert history[:2] == ["0 15 0", "250 15 1"]
    assert made.chip.report.levels_put_out == len(history)


def test_the_same_world_gives_the_same_run(tmp_path):
    def run(folder):
        folder.mkdir()
        made = simulation(
            folder,
            """
            import machine, os, time
            for i in range(20):
                with open("log%d" % (i % 5), "a") as file:
                    file.write(os.urandom(200))
                time.sleep_ms(os.urandom(1)[0])
                print(machine.ADC(26).read_u16())
            """,
            adc_u16={26: 20_000},
            adc_noise_lsb=4,
        )
        return made.run(), made.lines, made.flash.read_bytes()

    assert run(tmp_path / "first") == run(tmp_path / "second")


def test_changes_go_on_over_a_reset(tmp_path):
    made = simulation(
        tmp_path,
        """
        import machine, time
        pin = machine.Pin(3, machine.Pin.IN)
        print(pin.value())
        pin.irq(lambda p: print("edge", p.value()))
        time.sleep(3)
        if machine.reset_cause() == machine.PWRON_RESET:
            machine.reset()
        """,
        levels={3: 0},
        changes=(Change(1000, "pin", 3, 1), Change(5000, "pin", 3, 0)),
    )
    made.run()
    assert made.lines == ["0", "edge 1", "1", "edge 0"]


def test_progress_is_told_and_rises(tmp_path):
    told: list[int] = []
    made = simulation(
        tmp_path,
        "import time\nwhile True:\n    time.sleep_ms(10)",
        chip={"on_progress": told.append},
        end_ms=30_000_000,
    )
    made.run()
    assert told == sorted(told)
    assert len(told) >= 2, told


def test_a_chip_that_is_held_stands_still_until_it_was_looked_at(tmp_path):
    heard = tmp_path / "sent"
    seen: list[tuple[int, int, int]] = []

    def look(at_ms):
        before = heard.stat().st_size
        time.sleep(0.3)
        seen.append((at_ms, before, heard.stat().st_size))

    made = simulation(
        tmp_path,
        """
        import machine, time
        uart = machine.UART(0, 9600, tx=machine.Pin(0), rx=machine.Pin(1))
        while True:
            uart.write(b"x")
            uart.flush()
            time.sleep(1)
        """,
        uarts={0: Uart(sent=heard)},
        changes=tuple(Change(at_ms, "hold", 0, 0) for at_ms in (2_500, 4_500)),
        chip={"on_hold": look},
        end_ms=6_500,
    )
    assert made.run().stop == "end"
    assert seen == [(2_500, 3, 3), (4_500, 5, 5)]
    assert heard.stat().st_size == 7


def test_an_interrupt_ends_the_chip_and_leaves_its_flash_whole(tmp_path):
    made = simulation(
        tmp_path,
        """
        import time
        i = 0
        while True:
            with open("f%d" % (i % 7), "w") as file:
                file.write(str(i) * 500)
            i += 1
            print(i)
        """,
        end_ms=1 << 40,
    )

    def interrupt(line):
        if line == "20":
            signal.raise_signal(signal.SIGINT)

    made.chip._on_line = interrupt
    with pytest.raises(KeyboardInterrupt):
        made.run()
    assert made.chip.report.stop == "interrupted"
    assert "f6" in read_image(made.flash)


def test_a_firmware_that_never_waits_is_ended(tmp_path):
    made = simulation(tmp_path, "while True:\n    pass", chip={"stall_s": 1})
    assert made.run().stop == "stalled"


def test_leaving_the_interpreter_is_reported(tmp_path):
    assert simulation(tmp_path, "import sys; sys.exit(3)").run().stop == "exit"


def test_an_interpreter_that_dies_is_an_error_with_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "MOCK_HEAP_BYTES", 8000)
    made = simulation(tmp_path, "", board=replace(SMALL, heap_bytes=1000))
    with pytest.raises(runner.SimulationError, match="MemoryError"):
        made.run()
