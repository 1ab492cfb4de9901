"""The watchdog, resets and Wi-Fi of the mocked chip."""
# path: host_tools/reticent/sim/mock

import mocked


def _stopped(clock, call):
    """Return why a call ended the chip's life, or None."""
    try:
        call()
    except clock.Stop as stop:
        return stop.args[0]
    return None


def test_a_starved_watchdog_resets():
    clock = mocked.power_on()
    import time

    import machine

    watchdog = machine.WDT(timeout=5000)
    for _ in range(10):
        time.sleep_ms(4999)
        watchdog.feed()
    assert _stopped(clock, lambda: time.sleep_ms(5000)) == "watchdog"
    assert clock.now_us == 10 * 4_999_000 + 5_000_000


def test_a_sleep_longer_than_the_watchdogs_time_resets():
    clock = mocked.power_on()
    import machine

    machine.WDT(timeout=8388)
    machine.lightsleep(4000)
    assert _stopped(clock, lambda: machine.lightsleep(9000)) == "watchdog"


def test_a_poll_starves_the_watchdog_too():
    clock = mocked.power_on()
    import asyncio

    import machine

    machine.WDT(timeout=1000)

    async def sleep():
        await asyncio.sleep(5)

    assert _stopped(clock, lambda: asyncio.run(sleep())) == "watchdog"
    assert clock.now_us == 1_000_000


def test_a_reset_ends_this_life_whoever_catches_it():
    clock = mocked.power_on()
    import machine

    assert _stopped(clock, machine.reset) == "reset"
    led = machine.Pin(3)
    for call in (machine.idle, machine.WDT, lambda: led.init(machine.Pin.OUT, value=1)):
        assert _stopped(clock, call) == "reset", call


def test_the_board_tells_what_it_is():
    mocked.power_on(reset_cause=3, bootsel_pressed=True)
    import machine
    import rp2

    assert machine.reset_cause() == machine.WDT_RESET
    assert machine.unique_id() == b"\xe6\x60\x58\x38\x83\x72\x4a\x32"
    assert machine.freq() == 125_000_000
    assert rp2.bootsel_button() == 1


def _join(clock, ssid="home", key="secret"):
    import network

    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    wlan.connect(ssid, key)
    clock.advance(2_900_000)
    assert wlan.status() == network.STAT_CONNECTING
    clock.advance(200_000)
    return network, wlan


def test_joining_takes_a_while_and_needs_the_right_words():
    for ssid, key, expected in (
        ("home", "secret", "STAT_GOT_IP"),
        ("home", "wrong", "STAT_WRONG_PASSWORD"),
        ("elsewhere", "secret", "STAT_NO_AP_FOUND"),
    ):
        network, wlan = _join(mocked.power_on(), ssid, key)
        assert wlan.status() == getattr(network, expected), (ssid, key, wlan.status())
        assert wlan.isconnected() == (expected == "STAT_GOT_IP")


def test_a_network_that_goes_is_not_joined_again_by_itself():
    clock = mocked.power_on(changes="5000 wifi 0 0\n9000 wifi 0 1\n")
    network, wlan = _join(clock)
    assert wlan.isconnected()
    clock.advance_to(5_000_000)
    assert not wlan.isconnected()
    wlan.connect("home", "secret")
    clock.advance_to(8_500_000)
    assert wlan.status() == network.STAT_NO_AP_FOUND
    clock.advance_to(10_000_000)
    assert not wlan.isconnected()
    wlan.connect("home", "secret")
    clock.advance(3_000_000)
    assert wlan.isconnected()


def test_no_link_no_socket():
    clock = mocked.power_on(hosts={"collector": ["127.0.0.1", 9]})
    import socket

    for call in (socket.socket, lambda: socket.getaddrinfo("127.0.0.1", 80)):
        assert mocked.raised(call) is OSError
    _join(clock)
    opened = socket.socket()
    assert opened.fileno() >= 0
    import network

    network.WLAN().disconnect()
    assert opened.fileno() < 0, "a link that goes closes what was open"
    assert mocked.raised(socket.socket) is OSError


def _bound(listener, getaddrinfo):
    """Bind it to a free port; return the address. The port cannot say which one 0 has become."""
    for port in range(42_000, 43_000):
        address = getaddrinfo("127.0.0.1", port)[0][-1]
        try:
            listener.bind(address)
        except OSError:
            continue
        return address
    raise AssertionError("no port is free")


def test_a_poll_tells_of_the_streams_that_it_was_given_alone():
    clock = mocked.power_on(grace_ms=20)
    _join(clock)
    import select
    import socket

    listener, caller = socket.socket(), socket.socket()
    address = _bound(listener, socket.getaddrinfo)
    listener.listen(1)
    poller = select.poll()
    poller.register(listener, select.POLLIN)
    asked_us = clock.now_us
    assert poller.poll(0) == [] and clock.now_us == asked_us
    assert poller.poll(100) == [] and clock.now_us == asked_us + 100_000, "a silent peer"
    caller.connect(address)
    assert poller.poll(100) == [(listener, select.POLLIN)]
    assert clock.now_us == asked_us + 100_000, "virtual time stands still for a real peer"


def test_only_hosts_of_the_world_are_reached():
    clock = mocked.power_on(hosts={"collector.example": ["127.0.0.1", 4433]})
    import socket

    _join(clock)
    asked = socket.getaddrinfo("collector.example", 443)[0][-1]
    assert asked == socket.getaddrinfo("127.0.0.1", 4433)[0][-1]
    assert mocked.raised(lambda: socket.getaddrinfo("example.com", 443)) is OSError
    assert mocked.raised(lambda: socket.getaddrinfo("10.0.0.1", 443)) is OSError
