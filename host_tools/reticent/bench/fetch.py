"""`reticent fetch`: a tag without radio at the dock. Envelopes out; acks and a newer order in.

The host needs no key: it hands envelopes to a collector, and the collector's answer to the tag,
which checks every ack itself. Broken off anywhere, nothing is lost or stored twice: what was not
acked stays on the tag and is fetched again, and the collector knows what it has.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from pathlib import Path

from reticent.address import parse_address
from reticent.bench.board_port import BoardPort
from reticent.collector.app import MEDIA_TYPE
from reticent.console import counted, say, say_json
from reticent.errors import BadInput
from reticent.tagcode import FormatError, ack, locate

_AT_ONCE = 8  # envelopes a POST
_PIECE_BYTES = 512  # of an order: a tag has no room for one that is whole
_TIMEOUT_S = 30
OPEN = """
import board, machine
from duty.dock import Dock
dock = Dock(board.OUTBOX_BLOCKS, machine.WDT(timeout=8300).feed)
"""
_LEAVE = "import machine\nmachine.reset()"


def fetch(port: str, *, collector: str, ca: Path, json: bool = False) -> None:
    """Fetch a passive tag's envelopes over USB, and bring it the acks.

    Parameters
    ----------
    port
        The tag's serial port, as /dev/ttyACM0.
    collector
        HOST:PORT of the collector.
    ca
        The collector's CA certificate, PEM.
    json
        Print the figures as JSON, and nothing else.
    """
    post = _poster(collector, ca)
    with BoardPort(port) as board:
        acked = fetch_all(board, post)
        _leave(board)
    if json:
        say_json({"acked": acked})
    else:
        say(f"{counted(acked, 'envelope')} fetched, stored and acked; the tag runs again")


def fetch_all(board: BoardPort, post: Callable[[bytes], bytes]) -> int:
    """Fetch until the outbox is empty; return how many envelopes were acked."""
    board.run(OPEN)
    acked = 0
    while numbers := [int(word) for word in board.run(f"print(dock.numbers({_AT_ONCE}))").split()]:
        parts = [bytes.fromhex(board.run(f"print(dock.envelope({number}))")) for number in numbers]
        answer = post(b"".join(parts))
        head, digest, order = _parted(answer)
        taken = int(board.run(f"print(dock.take_acks({head!r}, {numbers!r}))"))
        if not taken:
            raise BadInput(
                "the tag believes none of the collector's acks; is it registered there?"
            )
        acked += taken
        if digest is not None and not locate.is_one(order):  # where a docked tag is, is known
            bring(board, digest, order)
    return acked


def bring(board: BoardPort, digest: bytes, order: bytes) -> None:
    """Put a newer order on the tag, piece by piece, if it has another; its next boot takes it."""
    if board.run(f"print(dock.wants({digest!r}))").strip() != "True":
        return
    for at in range(0, len(order), _PIECE_BYTES):
        piece, is_last = order[at : at + _PIECE_BYTES], at + _PIECE_BYTES >= len(order)
        board.run(f"dock.bring({piece.hex()!r}, {at == 0}, {is_last})")


def _parted(answer: bytes) -> tuple[bytes, bytes | None, bytes]:
    """Return an answer's (head with the acks, SHA-256 of its order or None, the order)."""
    try:
        ack.decode_answer(answer)
    except FormatError:
        raise BadInput("the collector's answer cannot be read; is it one of ours?") from None
    _, digest, end = ack.decode_head(answer)
    return answer[:end], digest, answer[end:]


def _leave(board: BoardPort) -> None:
    """Reset the tag: it samples again. It is gone before it can answer."""
    try:
        board.run(_LEAVE)
    except BadInput:
        return


def _poster(collector: str, ca: Path) -> Callable[[bytes], bytes]:
    """Return what posts a body to the collector and returns its answer."""
    host, port = parse_address(collector)
    try:
        context = ssl.create_default_context(cafile=str(ca))
    except (OSError, ssl.SSLError) as error:
        raise BadInput(f"{ca}: is no CA certificate in PEM ({error})") from None

    def post(body: bytes) -> bytes:
        connection = http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=context)
        try:
            connection.request("POST", "/v1/envelopes", body, {"Content-Type": MEDIA_TYPE})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise BadInput(f"https://{collector}: cannot be reached ({error})") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise BadInput(f"https://{collector}: refuses with status {answer.status}")
        return content

    return post
