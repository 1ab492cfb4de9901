"""The `reticent` command: the tree of commands, and how each of them ends.

A command's own module has its options. Here is what they share: one line for a person where
something is wrong, and the exit status: 0 done, 1 a finding, 2 bad input, 70 a fault of our own,
130 interrupted, 143 and 129 ended by SIGTERM and SIGHUP.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from reticent.console import Lasting, complain, nobody_reads
from reticent.errors import ReticentError

_BAD_INPUT, _OWN_FAULT, _INTERRUPTED = 2, 70, 130
_SIGNALLED = 128  # and the signal's number, as shells say it


class _Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP: everything is put away as on Ctrl-C."""


app = App(
    name="reticent",
    help="Host tools of Reticent, a reticent electronic-monitoring tag.",
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(negative=()),
    console=Lasting(),
    help_epilogue=(
        "Begin with `reticent demo`, then try an order of your own: `reticent simulate --help`. "
        "Exit status: 0 done, 1 a finding, 2 bad input, 70 a fault of ours, 130 interrupted."
    ),
)

# Named, not imported: a command loads only what it needs.
app.command(
    "reticent.archive.key_commands:keys", name="keys", help="Keys: new, list, rotate, shred, hold."
)
app.command(
    "reticent.archive.wearer_commands:make_wearer_key",
    name="wearer-key",
    help="The wearer's own key, made apart: a file, 24 words or a QR code.",
)
app.command(
    "reticent.deploy.commands:firmware",
    name="firmware",
    help="The firmware as a board runs it, for mpremote.",
)
app.command(
    "reticent.bench.commands:personalise",
    name="personalise",
    help="A tag's first secrets, from one party's seed or two.",
)
app.command(
    "reticent.bench.commands:register",
    name="register",
    help="Register a tag that has booted once at the collector.",
)
app.command(
    "reticent.bench.fetch:fetch",
    name="fetch",
    help="A tag without radio at the dock: envelopes out, acks in.",
)
app.command(
    "reticent.orders.commands:order",
    name="order",
    help="Orders: new, check, sign, show, publish.",
)
app.command(
    "reticent.collector.commands:collector",
    name="collector",
    help="The collector: takes sealed envelopes, opens none.",
)
app.command(
    "reticent.archive.commands:open_envelopes",
    name="open",
    help="Open sealed envelopes: with a reason and a case, and logged.",
)
app.command(
    "reticent.archive.export_commands:export",
    name="export",
    help="What a role may open, as CSV, GeoJSON or GPX.",
)
app.command(
    "reticent.archive.export_commands:report",
    name="report",
    help="One page: what was told, and what was not.",
)
app.command(
    "reticent.sim.commands:simulate",
    name="simulate",
    help="Try an order on a track: a simulated tag, the whole way.",
)
app.command(
    "reticent.archive.audit_commands:audit",
    name="audit",
    help="Hold what a tag sent against its order.",
)
app.command(
    "reticent.zones.commands:zones", name="zones", help="Zones: what the tag says of them."
)
app.command(
    "reticent.receiver.commands:fixes", name="fixes", help="What the tag reads in a raw log."
)
app.command(
    "reticent.attacks.commands:attack",
    name="attack",
    help="Attack what an order lets its tag say.",
)
app.command("reticent.sim.commands:demo", name="demo", help="The whole way in one run.")

app.register_install_completion_command(help="Install shell completion (bash, zsh or fish).")


@app.meta.default
def _launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    debug: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Run the command.

    Parameters
    ----------
    debug
        Show the whole traceback of an error.
    """

    def command() -> None:
        app(tokens, exit_on_error=False, print_error=False, result_action="return_value")

    return _status(command, debug=debug)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit status."""
    status = 0

    def command() -> None:
        nonlocal status
        status = app.meta(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )

    return _status(command, debug=False) or status or 0


def main() -> None:
    """Run this process's command line."""
    _open_standard_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # else it is ignored, as under nohup
            signal.signal(number, _terminate)
    sys.exit(run(sys.argv[1:]))


def _open_standard_streams() -> None:
    """Open what the caller closed: a file of ours must not become standard output."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path may be no text
        else:
            setattr(sys, name, os.fdopen(descriptor, "w", closefd=False))


def _terminate(number: int, _frame: object) -> None:
    raise _Terminated(number)


def _status(command: Callable[[], None], *, debug: bool) -> int:
    """Return the exit status of a command; a person gets one line where it is not 0."""
    try:
        command()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place to catch it
        if debug:
            traceback.print_exc()
        return _explain(error)
    return 0


def _explain(error: BaseException) -> int:
    """Print the line for an error and return the exit status."""
    if isinstance(error, _Terminated):
        number = signal.Signals(error.args[0])
        complain(f"ended by {number.name}")
        return _SIGNALLED + number
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted")
        return _INTERRUPTED
    if isinstance(error, BrokenPipeError):
        nobody_reads()  # Python would complain again when it flushes at the end
        return 0
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        complain(f"{where}{error.strerror or error}")
        return _BAD_INPUT
    if isinstance(error, UnicodeEncodeError):
        complain("an option is not UTF-8 text; only a file's name may be anything")
        return _BAD_INPUT
    if isinstance(error, (CycloptsError, ReticentError)):
        complain(str(error))
        return error.exit_status if isinstance(error, ReticentError) else _BAD_INPUT
    # Not its text: nobody has checked what that may show.
    complain(
        f"failed by a fault of its own ({type(error).__name__}); report it with --debug's text"
    )
    return _OWN_FAULT
