"""The tag's noise sources over the mocked chip, their failures, and what becomes of both."""
# path: host_tools/reticent/sim/mock

import sys

import mocked
from duty.noise import CONVERTER, RING_OSCILLATOR, TIMING, Noise
from seal.drbg import Drbg
from seal.health import SAMPLES

ADDRESS = 0x4006_001C


def chip(**world):
    """Return hal's Chip over a mocked one."""
    described = {"adc_u16": {4: 14_000}, "adc_noise_lsb": 3, "clock_noise_us": 3}
    described.update(world)
    mocked.power_on(**described)
    for name in list(sys.modules):
        if name.split(".")[0] == "hal":
            del sys.modules[name]
    from hal.chip import Chip

    return Chip(ADDRESS)


def test_a_living_chip_gives_other_bytes_at_each_draw():
    drawn = chip()
    noise = Noise()
    assert noise.fresh(*drawn.draw(SAMPLES)) != noise.fresh(*drawn.draw(SAMPLES))
    assert noise.failed == 0 and noise.news() == 0


def test_each_dead_source_is_left_out_and_told_of_once():
    for name, world, bits in (
        ("ring oscillator", {"ring_oscillator_runs": False}, RING_OSCILLATOR),
        ("converter", {"adc_noise_lsb": 0}, CONVERTER),
        ("both", {"ring_oscillator_runs": False, "adc_noise_lsb": 0}, 3),
    ):
        port, draws = chip(**world).draw(SAMPLES)
        noise = Noise()
        noise.fresh(port, draws)
        assert noise.failed == bits, name
        assert (noise.news(), noise.news()) == (bits, 0), name


def test_a_dead_sources_bits_do_not_count_and_a_living_ones_do():
    def entropy(ring, converter):
        return Noise().fresh(bytearray(b"port"), (bytearray(ring), bytearray(converter)))

    _, (ring, converter) = chip().draw(SAMPLES)
    ring, converter = bytes(ring), bytes(converter)
    dead, also_dead = bytes(SAMPLES), b"\x01" * SAMPLES
    assert entropy(dead, converter) == entropy(also_dead, converter)
    assert entropy(ring, converter) != entropy(ring[1:] + ring[:1], converter)
    assert entropy(ring, converter) != entropy(ring, converter[1:] + converter[:1])


def test_raw_noise_is_wiped():
    port, draws = chip().draw(SAMPLES)
    Noise().fresh(port, draws)
    assert not any(port) and not any(draws[0]) and not any(draws[1])


def test_the_receivers_timing_reseeds_and_a_dead_clock_does_not():
    for is_alive in (True, False):
        chip(clock_noise_us=3 if is_alive else 0)
        from hal.clock import Clock

        clock, noise = Clock(), Noise()
        drbg, same = Drbg(bytes(32)), Drbg(bytes(32))
        for _ in range(SAMPLES):
            noise.take_timing(clock.us(), drbg)
        assert (drbg.generate(32) != same.generate(32)) == is_alive
        assert noise.failed == (0 if is_alive else TIMING)


def test_the_mock_has_no_other_register():
    chip()
    import machine

    assert mocked.raised(lambda: machine.mem32[0x4005_4000]) is ValueError
