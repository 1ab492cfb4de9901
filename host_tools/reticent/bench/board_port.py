"""A board on a serial port, by mpremote: the one file that touches its undocumented Python API.

The version is pinned in pyproject.toml; tried with 1.29.0.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from reticent.errors import BadInput

_BAUD = 115_200


class BoardPort:
    """A board in its raw REPL, for as long as the `with` lasts."""

    def __init__(self, port: str) -> None:
        """Take a device's path, as /dev/ttyACM0."""
        self._port = port
        self._transport: SerialTransport | None = None

    def __enter__(self) -> BoardPort:
        if not Path(self._port).exists():
            raise BadInput(f"{self._port}: no such port; is the tag on its cable?")
        try:
            self._transport = SerialTransport(self._port, baudrate=_BAUD)
            self._transport.enter_raw_repl(soft_reset=False)
        except (TransportError, OSError) as error:
            raise BadInput(f"{self._port}: no MicroPython answers ({error})") from None
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._transport is not None:
            self._transport.close()

    def run(self, code: str) -> str:
        """Run lines of Python on the board; return what they print."""
        assert self._transport is not None  # inside `with`
        try:
            return self._transport.exec(code).decode().strip()
        except TransportExecError as error:
            # The board's own traceback: its last line names the kind of error, and no data.
            last = error.args[-1].strip().splitlines()[-1:] or ["?"]
            raise BadInput(f"{self._port}: the tag refuses ({last[0].split(':')[0]})") from None
        except (TransportError, OSError) as error:
            raise BadInput(f"{self._port}: the cable or the tag went away ({error})") from None
