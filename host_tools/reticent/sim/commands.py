"""`reticent simulate` and `reticent demo`: a tag over a track, the whole way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from reticent.address import parse_address
from reticent.archive.audit_commands import audit
from reticent.archive.export_commands import report
from reticent.archive.keyring import DUTY, OFFICER
from reticent.archive.options import Who, Why
from reticent.clock import format_utc
from reticent.console import counted, say, say_json, show
from reticent.errors import BadInput, ReticentError
from reticent.orders.order import Order, read_order
from reticent.run import Run
from reticent.sim.demo import example_order, placed_on
from reticent.sim.fault_file import read_faults
from reticent.sim.formats import Reception, read_track
from reticent.sim.receiver import dialect_of
from reticent.sim.synthetic import make_day
from reticent.sim.tag import read_board
from reticent.sim.track import Track
from reticent.sim.way import Collector, Outcome, Setting, Way, redated, summary
from reticent.whole import Whole

_SYNTHETIC = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday


def simulate(
    track: Path,
    *,
    order: Path,
    out: Path,
    board: str = "pico_w",
    receiver: str = "ublox-m8",
    noise: bool = False,
    seed: Whole = 1,
    redate: bool = False,
    faults: Path | None = None,
    collector: str | None = None,
    ca: Path | None = None,
    json: bool = False,
) -> None:
    """Try an order before anyone wears it: a simulated tag over a track.

    The firmware runs unchanged on the real MicroPython interpreter, in virtual time; only the
    hardware is mocked. The same track, order and seed give the same records. Without --collector
    a collector of its own takes the envelopes, and both agency roles open them.

    Parameters
    ----------
    track
        A receiver's raw NMEA log, a GPX, or a CSV with the columns time, lat, lon.
    order
        The order's TOML; its zones lie beside it.
    out
        Folder for everything that is made; an earlier run's is replaced.
    board
        A board of boards/.
    receiver
        Whose sentences a GPX or CSV becomes: ublox-m8, mtk3333 or plain.
    noise
        Give a GPX or CSV a receiver's error: 10 m at 90 %, and multipath jumps.
    seed
        Of all that is random in the tag, the receiver and the noise.
    redate
        Move the order's term so that it begins on the eve of the track.
    faults
        A TOML of what goes wrong, and when: docs/FAULTS.md, examples/faults.toml.
    collector
        HOST:PORT of a collector that is there already; its tags folder needs out/tags.
    ca
        That collector's CA certificate, PEM or DER.
    json
        Print the figures as JSON, and nothing else.
    """
    read_board(board)
    setting = Setting(
        board,
        seed,
        _collector(collector, ca),
        () if faults is None else read_faults(faults),
    )
    meant, _ = read_order(order)
    found = read_track(track, Reception(dialect_of(receiver), seed, noise))
    _fixes(found, track)
    if redate:
        meant = redated(meant, found.start_s)
    outcome = _go(found, meant, setting, out, json)
    if setting.collector is not None and outcome.waiting:
        raise BadInput(
            f"https://{collector} took nothing: {counted(outcome.waiting, 'envelope')} wait in "
            f"{out}/flash.img; is it there, and does it know {out}/tags?"
        )


def demo(
    *,
    track: Path | None = None,
    out: Path = Path("reticent-demo"),
    board: str = "pico_w",
    json: bool = False,
) -> None:
    """Run the whole way: keys, an order, a simulated tag, collector, opening.

    The tag runs on the real MicroPython interpreter in virtual time. Without a track it is a
    synthetic wearer's day; a track's order has its zones moved onto it.

    Parameters
    ----------
    track
        A receiver's raw NMEA log, a GPX, or a CSV with the columns time, lat, lon.
    out
        Folder for everything that is made; an earlier run's is replaced.
    board
        A board of boards/.
    json
        Print the figures as JSON, and nothing else.
    """
    read_board(board)
    order = example_order()
    if track is None:
        found = make_day(_SYNTHETIC)
    else:
        found = read_track(track, Reception(dialect_of("ublox-m8")))
        order = placed_on(order, _fixes(found, track))
    outcome = _go(found, redated(order, found.start_s), Setting(board), out, json)
    if not json:
        _audit_and_report(outcome, out)


def _collector(address: str | None, ca: Path | None) -> Collector | None:
    if address is None:
        if ca is not None:
            raise BadInput("--ca is of no use without --collector")
        return None
    host, port = parse_address(address)
    if ca is None:
        raise BadInput("--collector needs --ca, the certificate that the tag pins")
    return Collector(host, port, _der(ca))


def _der(path: Path) -> bytes:
    data = path.read_bytes()
    load = (
        x509.load_pem_x509_certificate if b"-----BEGIN" in data else x509.load_der_x509_certificate
    )
    try:
        return load(data).public_bytes(Encoding.DER)
    except ValueError:
        raise BadInput(f"{path}: is no certificate, neither PEM nor DER") from None


def _fixes(track: Track, path: Path):
    fixes = track.fixes
    if not fixes:
        raise BadInput(f"{path}: no valid fix in it; name a log with RMC and GGA sentences")
    return fixes


def _go(track: Track, order: Order, setting: Setting, out: Path, quiet: bool) -> Outcome:
    """Run the way into the folder `out`; a run that fails leaves nothing half-made."""
    run = Run(out)
    way = Way(run, track, order, setting)
    step = _say_nothing if quiet else say
    with run.alone():
        run.start()
        step(f"track           {track.name}, from {format_utc(track.start_s)}")
        outcome = _whole(run, way, step, track, quiet)
    if quiet:
        say_json(summary(outcome))
    else:
        _show(outcome, run)
    return outcome


def _whole(run: Run, way: Way, step: Callable[[str], None], track: Track, quiet: bool) -> Outcome:
    try:
        with _progress(track, quiet) as on_progress:
            return way.go(step, on_progress)
    except OSError as error:  # a full disk, say
        run.discard()
        raise BadInput(f"{run.folder}: {error.strerror or error}; nothing of it is left") from None
    except ReticentError:
        run.discard()
        raise
    except KeyboardInterrupt:
        # What the tag had sealed and the collector stored by then is whole: it may be looked at.
        step(f"stopped         what there was by then stays in {run.folder}")
        raise


def _say_nothing(_line: str) -> None:
    """Swallow a line: with --json the figures are all that is printed."""


@contextmanager
def _progress(track: Track, quiet: bool) -> Generator[Callable[[int], None]]:
    """Yield what takes the virtual UTC second: a bar, on a terminal only."""
    total_s = max(track.end_s - track.start_s, 1)
    columns = (TextColumn("simulating     "), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    console = Console()
    hidden = quiet or not console.is_terminal
    with Progress(
        *columns, TimeRemainingColumn(), transient=True, console=console, disable=hidden
    ) as bar:
        task = bar.add_task("", total=total_s)

        def advance(utc_s: int) -> None:
            bar.update(task, completed=min(utc_s - track.start_s, total_s))

        yield advance


_ROWS = (
    ("fixes taken", "fixes"),
    ("cells disclosed", "cells_disclosed"),
    ("precise positions disclosed", "precise_positions_disclosed"),
    ("zone crossings", "crossings"),
    ("slots with presence only", "presences"),
    ("ROUTINE envelopes", "routine_envelopes"),
    ("ALERT envelopes", "alert_envelopes"),
    ("bytes sent, sealed and signed", "bytes_sent"),
    ("envelopes still in the outbox", "envelopes_waiting"),
    ("a minute-by-minute tag: positions", "minute_by_minute_positions"),
    ("a minute-by-minute tag: bytes of JSON", "minute_by_minute_bytes"),
)


def _show(outcome: Outcome, run: Run) -> None:
    figures = summary(outcome)
    table = Table(title="What left the tag", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, key in _ROWS:
        table.add_row(label, f"{figures[key]:,}")
    show(table)
    say("What was opened, as the duty desk sees it:")
    say(f"  {sys.argv[0]} open {run.folder} --role duty --reason 'a look' --case DEMO")


def _audit_and_report(outcome: Outcome, out: Path) -> None:
    """End the demo as a regulator would begin: hold it against its order, and look at it."""
    why = Why(reason="demonstration", case="DEMO")
    who = Who(person="demo", now=format_utc(outcome.track.end_s))
    audit(out, role=[DUTY, OFFICER], reason=why.reason, case=why.case, who=who)
    report(out, why=why, who=who)
