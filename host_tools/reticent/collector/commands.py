"""`reticent collector`: run it, and make certificates for tests and pilots."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from reticent.bench.registration import read_tags
from reticent.clock import Clock, parse_utc
from reticent.collector.app import Collector, make_app
from reticent.collector.certificate import Term, make_certificates
from reticent.collector.serve import Address
from reticent.collector.serve import serve as serve_app
from reticent.collector.store import Store
from reticent.console import counted, say, tell
from reticent.whole import Whole

_DAY_S = 86_400
_PILOT_DAYS = 397  # what browsers accept of a server's certificate

collector = App(name="collector", help="The collector: takes sealed envelopes, opens none.")


@collector.command
def serve(
    *,
    database: Path,
    tags: Path,
    certificate: Path,
    key: Path,
    host: str = "127.0.0.1",
    port: Whole = 8443,
    now: str | None = None,
) -> None:
    """Take envelopes over HTTPS until SIGTERM or Ctrl-C.

    Parameters
    ----------
    database
        SQLite file; made if it is not there.
    tags
        The registered tags' files; read once, at the start.
    certificate
        The server's certificate, PEM.
    key
        The certificate's private key, PEM.
    host
        The address to listen on.
    port
        0 takes a free one; the ready line says which.
    now
        Start the clock at this time (ISO 8601, UTC); @FILE: follow the one in a simulation's file.
    """
    clock = Clock.set_to(now)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    registered = read_tags(tags)
    store = Store(database)
    try:
        serve_app(
            make_app(Collector(store, registered, clock)),
            Address(host, port, certificate, key),
            lambda url: say(f"ready: {url} ({counted(len(registered), 'tag')})"),
        )
    finally:
        store.close()


@collector.command
def certificate(
    *,
    out: Path,
    name: str = "localhost",
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    until: str | None = None,
    json: bool = False,
    now: str | None = None,
) -> None:
    """Make an authority for tags to pin, and a server certificate: for tests and pilots.

    Parameters
    ----------
    out
        The folder for ca.pem, ca.der, ca.key, server.pem and server.key.
    name
        The collector's host name or address.
    from_
        Valid from this time on (ISO 8601, UTC); else from a day ago.
    until
        Valid until this time; else for 397 days.
    json
        Print JSON.
    now
        What "ago" counts from, if not the computer's clock.
    """
    start_s = Clock.set_to(now).utc_s() - _DAY_S if from_ is None else parse_utc(from_)
    until_s = start_s + _PILOT_DAYS * _DAY_S if until is None else parse_utc(until)
    make_certificates(out, name, Term(start_s, until_s))
    tell(
        f"{out}: tags pin ca.der; the server takes server.pem and server.key",
        {"folder": str(out), "name": name, "from": start_s, "until": until_s},
        as_json=json,
    )
