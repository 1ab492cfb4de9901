"""The `reticent` command: the tree of commands, and how each of them ends.

A command's own module has its options. Here is what they share: one line for a person where
something is wrong, and the exit status: 0 done, 1 a finding, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from reticent.console import complain
from reticent.errors import ReticentError

_INTERRUPTED = 130

app = App(name="reticent", help="Host tools of Reticent, a reticent electronic-monitoring tag.")

# Named, not imported: a command loads only what it needs.
app.command(
    "reticent.archive.key_commands:keys", name="keys", help="Keys of issuer and recipients."
)
app.command("reticent.orders.commands:order", name="order", help="Orders: sign, show, publish.")
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
    "reticent.receiver.commands:fixes", name="fixes", help="What the tag reads in a raw log."
)
app.command("reticent.sim.commands:demo", name="demo", help="The whole way in one run.")


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

    if debug:
        command()
        return 0
    return _status(command)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit status."""
    status = 0

    def command() -> None:
        nonlocal status
        status = app.meta(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )

    return _status(command) or status or 0


def main() -> None:
    """Run this process's command line."""
    sys.exit(run(sys.argv[1:]))


def _status(command: Callable[[], None]) -> int:
    """Return the exit status of a command; a person gets one line where it is not 0."""
    try:
        command()
    except (CycloptsError, ReticentError) as error:
        complain(str(error))
        return getattr(error, "exit_status", 2)
    except KeyboardInterrupt:
        complain("interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        # Who read us has seen enough; Python would complain again when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        complain(f"{where}{error.strerror or error}")
        return 2
    return 0
