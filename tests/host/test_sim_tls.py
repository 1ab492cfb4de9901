"""The simulated Wi-Fi carries the interpreter's own TLS to a real server, in virtual time."""

from __future__ import annotations

import time

from reticent.sim.world import Change
from simulated import simulation
from tls_server import tls_server

NAME = "collector.example"

FIRMWARE = """
    import asyncio, network, ssl, time

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    with open("/ca.der", "rb") as file:
        context.load_verify_locations(cadata=file.read())
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)

    async def post(name):
        try:
            reader, writer = await asyncio.open_connection(
                "collector.example", 443, ssl=context, server_hostname=name
            )
            writer.write(b"hello %d" % time.ticks_ms())
            await writer.drain()
            print((await asyncio.wait_for(reader.read(100), 10)).decode())
            writer.close()
            await writer.wait_closed()
        except OSError as error:
            print("OSError", time.ticks_ms(), error.errno)
        except ValueError:
            print("refused", time.ticks_ms())
        except asyncio.TimeoutError:
            print("TimeoutError", time.ticks_ms())

    async def tick():
        while True:
            await asyncio.sleep_ms(250)

    async def main():
        task = asyncio.create_task(tick())
"""


def _run(folder, steps, answer, **world):
    """Run FIRMWARE with these steps as the rest of its main(); return what it printed."""
    with tls_server(folder, NAME, answer) as server:
        made = simulation(
            folder,
            FIRMWARE
            + "".join(f"        {step}\n" for step in steps)
            + "\n    asyncio.run(main())",
            files={"ca.der": server.ca_der},
            hosts={NAME: ("127.0.0.1", server.port)},
            **world,
        )
        report = made.run()
    assert report.stop == "returned", "\n".join(made.lines)
    return made.lines


JOIN = 'wlan.connect("reticent", "reticent-key")'


def test_tls_works_while_the_link_is_up_and_takes_no_virtual_time(tmp_path):
    def answer(request):
        time.sleep(0.05)
        return b"echo " + request

    lines = _run(
        tmp_path,
        [
            f'await post("{NAME}")',
            JOIN,
            f'await asyncio.sleep(4); await post("{NAME}")',
            f'await asyncio.sleep(4); await post("{NAME}")',
            f'await asyncio.sleep(4); await post("{NAME}")',
        ],
        answer,
        changes=(Change(10_000, "wifi", 0, 0),),
    )
    assert lines == ["OSError 0 113", "echo hello 4000", "echo hello 8000", "OSError 12000 113"]


def test_a_certificate_for_another_name_is_refused(tmp_path):
    lines = _run(
        tmp_path,
        [JOIN, "await asyncio.sleep(4)", 'await post("another.example")'],
        lambda request: request,
    )
    assert lines == ["refused 4000"]


def test_a_silent_server_runs_into_the_firmwares_timeout(tmp_path):
    started = time.monotonic()
    lines = _run(
        tmp_path, [JOIN, "await asyncio.sleep(4)", f'await post("{NAME}")'], lambda _: None
    )
    assert lines == ["TimeoutError 14000"]
    assert time.monotonic() - started < 10, "a silent server is awaited once, not once a poll"
