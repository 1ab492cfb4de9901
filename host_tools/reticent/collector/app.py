"""The collector's web application: POST /v1/envelopes, and nothing else.

The body is a CBOR sequence (RFC 8742) of envelopes. An envelope of a registered tag with a right
signature is stored, committed, then acked; any other is neither. A sequence that breaks off keeps
what came whole before. Every envelope may be sent again: it is acked again and stored once.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from reticent.bench.registration import RegisteredTag
from reticent.clock import Clock
from reticent.collector.store import EVIDENCE, Sealed, Store, StoreError, TagState
from reticent.tagcode import FormatError, ack, envelope

MEDIA_TYPE = "application/cbor-seq"
# About 70 envelopes: their acks and a policy always fit into one answer (ack.MAX_ANSWER).
MAX_BODY = 98_304

_log = logging.getLogger("reticent.collector")


class Collector:
    """What happens to a request's bytes: all of it but HTTP."""

    def __init__(self, store: Store, tags: Mapping[bytes, RegisteredTag], clock: Clock) -> None:
        self._store = store
        self._tags = tags
        self._clock = clock

    def take(self, body: bytes) -> bytes:
        """Store and ack a sequence of envelopes; FormatError where not even one is whole."""
        received = _split(body)
        genuine = [one for one in received if self._is_genuine(one.envelope)]
        now_s = self._clock.utc_s()
        outcomes = self._store.put([one.sealed for one in genuine], now_s)
        for tag, version in self._published(genuine).items():
            self._store.raise_least_policy_version(tag, version)
        acks = [
            self._ack(one.sealed, now_s)
            for one, outcome in zip(genuine, outcomes, strict=True)
            if outcome != EVIDENCE
        ]
        _log_outcomes(outcomes, len(received) - len(genuine))
        return ack.encode_answer(acks, self._order_for(genuine, now_s))

    def _is_genuine(self, received: envelope.Envelope) -> bool:
        tag = self._tags.get(received.header.tag)
        return tag is not None and tag.identity.has_signed(received)

    def _ack(self, sealed: Sealed, now_s: int) -> ack.Ack:
        state = self._store.state(sealed.tag)
        return make_ack(sealed, now_s, state, self._tags[sealed.tag].ack_key)

    def _published(self, genuine: list[Received]) -> dict[bytes, int]:
        """Return the highest version by tag that these envelopes obey and that was published.

        Only such a one bars those below: a tag that lies about its version bars nothing.
        """
        highest: dict[bytes, int] = {}
        for one in genuine:
            tag, version = one.sealed.tag, one.envelope.header.policy_version
            if version > highest.get(tag, 0) and self._store.policy(tag, version) is not None:
                highest[tag] = version
        return highest

    def _order_for(self, genuine: list[Received], now_s: int) -> bytes | None:
        """Return a locate order for the sending tag, or a policy newer than any it has, if any.

        The sending tag is the first envelope's. Where there are both, the envelope's number says
        which: neither may keep the other back. But where acks bar what the tag is under, as after
        a revocation, the policy goes first.
        """
        if not genuine:
            return None
        tag = genuine[0].sealed.tag
        held = max(one.envelope.header.policy_version for one in genuine if one.sealed.tag == tag)
        locate = self._store.locate_order(tag, held, now_s)
        newer = self._store.newer_policy(tag, held)
        if newer and held < self._store.state(tag).least_policy_version:
            return newer
        return (newer or locate) if genuine[0].sealed.number % 2 else (locate or newer)


@dataclass(frozen=True)
class Received:
    """An envelope as it was read, and as it will be stored."""

    envelope: envelope.Envelope
    sealed: Sealed


def make_ack(sealed: Sealed, now_s: int, state: TagState, ack_key: bytes) -> ack.Ack:
    """Return the ack of a stored envelope."""
    made = ack.Ack(sealed.number, now_s, state.least_policy_version, state.log_head, b"")
    made.mac = hmac.digest(ack_key, made.message(sealed.hash), hashlib.sha256)
    return made


def make_app(collector: Collector) -> Starlette:
    """Return the web application."""

    async def take(request: Request) -> Response:
        if request.headers.get("content-type") != MEDIA_TYPE:
            return _refusal(415, f"send {MEDIA_TYPE}")
        body = await _read(request)
        if body is None:
            return _refusal(413, f"send at most {MAX_BODY} bytes at a time")
        try:
            answer = await run_in_threadpool(collector.take, body)
        except FormatError:
            return _refusal(400, "not a sequence of envelopes of a version known here")
        except StoreError:
            _log.exception("the database failed")
            return _refusal(503, "not stored; send it again later")
        return Response(answer, media_type=MEDIA_TYPE)

    async def fail(_request: Request, error: Exception) -> Response:
        _log.error("a fault of the collector", exc_info=error)
        return _refusal(500, "not stored; send it again later")

    return Starlette(
        routes=[Route("/v1/envelopes", take, methods=["POST"])],
        exception_handlers={Exception: fail},
    )


async def _read(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is over the bound: it is never held whole then."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return None
    except ClientDisconnect:
        return b""  # nobody is left to be told; what was cut off comes again
    return bytes(body)


def _split(body: bytes) -> list[Received]:
    received: list[Received] = []
    start = 0
    while start < len(body):
        try:
            read, end = envelope.parse_first(body, start)
        except FormatError:
            break
        sealed = body[start:end]
        digest = hashlib.sha256(sealed).digest()
        received.append(
            Received(read, Sealed(read.header.tag, read.header.number, digest, sealed))
        )
        start = end
    if not received:
        raise FormatError  # nothing, or nothing that can be read
    return received


def _log_outcomes(outcomes: list[str], refused: int) -> None:
    """Log how many, never whose or where from."""
    counts = Counter(outcomes)
    counts["refused"] = refused
    _log.info("%s", ", ".join(f"{name} {count}" for name, count in counts.items() if count))


def _refusal(status: int, reason: str) -> Response:
    return PlainTextResponse(reason + "\n", status)
