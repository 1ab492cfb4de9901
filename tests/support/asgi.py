"""One request to an ASGI application, without a server."""

from __future__ import annotations

import asyncio
import contextlib


def request(app, method, path, body=b"", content_type="application/cbor-seq", chunk=65_536):
    """Return (status, body) of the answer; the body arrives in chunks, as from a network."""
    return asyncio.run(_request(app, method, path, body, content_type, chunk))


async def _request(app, method, path, body, content_type, chunk):
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", content_type.encode())] if content_type else [],
    }
    parts = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]
    sent = []

    async def receive():
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    with contextlib.suppress(RuntimeError):  # an application that answered may still raise
        await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
