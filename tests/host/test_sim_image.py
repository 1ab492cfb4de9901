"""Flash images and compiled firmware."""

from __future__ import annotations

import pytest

from reticent.sim.feed import write_feed
from reticent.sim.image import CompileError, build_image, compile_firmware, read_image
from simulated import simulation


def test_an_image_holds_its_files(tmp_path):
    files = {"main.py": b"pass", "lib/tag/nmea.mpy": bytes(range(256)) * 40, "lib/empty": b""}
    build_image(tmp_path / "flash.bin", 212, files)
    assert (tmp_path / "flash.bin").stat().st_size == 212 * 4096
    assert read_image(tmp_path / "flash.bin") == files


def test_both_sides_read_what_the_other_wrote(tmp_path):
    made = simulation(
        tmp_path,
        """
        import os
        print(open("data/in").read())
        os.mkdir("out")
        with open("out/result", "wb") as file:
            file.write(bytes(range(256)) * 100)
        """,
        files={"data/in": b"from the host"},
    )
    made.run()
    assert made.lines == ["from the host"]
    assert read_image(made.flash)["out/result"] == bytes(range(256)) * 100


def test_firmware_is_compiled_but_for_what_the_port_runs_as_source(tmp_path):
    firmware = tmp_path / "firmware"
    (firmware / "hal").mkdir(parents=True)
    (firmware / "main.py").write_text("import hal.led; print(hal.led.blink(20))")
    (firmware / "hal" / "led.py").write_text(
        "import micropython\n@micropython.viper\ndef blink(x: int) -> int:\n    return x + 1\n"
    )
    files = compile_firmware(firmware, "x64")
    assert sorted(files) == ["lib/hal/led.mpy", "main.py"]
    made = simulation(tmp_path, "", files=files)
    made.run()
    assert made.lines == ["21"]


def test_a_module_that_does_not_compile_is_named(tmp_path):
    (tmp_path / "broken.py").write_text("def f(:\n")
    with pytest.raises(CompileError, match=r"broken\.py"):
        compile_firmware(tmp_path, None)


def test_a_feed_out_of_order_is_refused(tmp_path):
    with pytest.raises(ValueError, match="comes after"):
        write_feed(tmp_path / "feed", [(500, b"late"), (100, b"early")])
